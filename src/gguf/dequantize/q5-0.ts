import { halfToFloat } from './half-to-float.ts';

/**
 * Q5_0: blocks of 32 as `scale` (half), 4 bytes with the fifth bit of each element, then 16 bytes of
 * nibbles as in Q4_0; `x = scale · (quant − 16)`.
 */
export function dequantizeQ5_0(bytes: Uint8Array, out: Float32Array): void {
  for (let i = 0, at = 0; i < out.length; i += 32, at += 22) {
    const scale = halfToFloat(bytes[at]! | (bytes[at + 1]! << 8));
    const lowFifths = bytes[at + 2]! | (bytes[at + 3]! << 8);
    const highFifths = bytes[at + 4]! | (bytes[at + 5]! << 8);
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 6 + j]!;
      out[i + j] = scale * (((pair & 15) | (((lowFifths >> j) & 1) << 4)) - 16);
      out[i + j + 16] = scale * (((pair >> 4) | (((highFifths >> j) & 1) << 4)) - 16);
    }
  }
}
