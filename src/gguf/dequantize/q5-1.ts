import { halfToFloat } from './half-to-float.ts';

/**
 * Q5_1: blocks of 32 as `scale` and `least` (halves), 4 bytes with the fifth bit of each element, then
 * 16 bytes of nibbles as in Q4_0; `x = scale · quant + least`.
 */
export function dequantizeQ5_1(bytes: Uint8Array, out: Float32Array): void {
  for (let i = 0, at = 0; i < out.length; i += 32, at += 24) {
    const scale = halfToFloat(bytes[at]! | (bytes[at + 1]! << 8));
    const least = halfToFloat(bytes[at + 2]! | (bytes[at + 3]! << 8));
    const lowFifths = bytes[at + 4]! | (bytes[at + 5]! << 8);
    const highFifths = bytes[at + 6]! | (bytes[at + 7]! << 8);
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 8 + j]!;
      out[i + j] = scale * ((pair & 15) | (((lowFifths >> j) & 1) << 4)) + least;
      out[i + j + 16] = scale * ((pair >> 4) | (((highFifths >> j) & 1) << 4)) + least;
    }
  }
}
