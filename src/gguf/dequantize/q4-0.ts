import { halfToFloat } from './half-to-float.ts';

/**
 * Q4_0: blocks of 32 as `scale` (half), then 16 bytes whose low nibbles are elements 0 to 15 and high
 * nibbles 16 to 31; `x = scale · (nibble − 8)`.
 */
export function dequantizeQ4_0(bytes: Uint8Array, out: Float32Array): void {
  for (let i = 0, at = 0; i < out.length; i += 32, at += 18) {
    const scale = halfToFloat(bytes[at]! | (bytes[at + 1]! << 8));
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 2 + j]!;
      out[i + j] = scale * ((pair & 15) - 8);
      out[i + j + 16] = scale * ((pair >> 4) - 8);
    }
  }
}
