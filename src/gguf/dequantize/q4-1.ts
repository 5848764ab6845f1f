import { halfToFloat } from './half-to-float.ts';

/**
 * Q4_1: blocks of 32 as `scale` and `least` (halves), then 16 bytes of nibbles as in Q4_0;
 * `x = scale · nibble + least`.
 */
export function dequantizeQ4_1(bytes: Uint8Array, out: Float32Array): void {
  for (let i = 0, at = 0; i < out.length; i += 32, at += 20) {
    const scale = halfToFloat(bytes[at]! | (bytes[at + 1]! << 8));
    const least = halfToFloat(bytes[at + 2]! | (bytes[at + 3]! << 8));
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 4 + j]!;
      out[i + j] = scale * (pair & 15) + least;
      out[i + j + 16] = scale * (pair >> 4) + least;
    }
  }
}
