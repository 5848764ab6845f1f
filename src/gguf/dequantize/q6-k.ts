import { halfToFloat } from './half-to-float.ts';

/**
 * Q6_K: blocks of 256 as 128 bytes of low nibbles, 64 bytes of upper bit pairs, 16 signed byte scales
 * (one for 16 elements), and a half; `x = superScale · scale · (quant − 32)`.
 *
 * Each half of a block, 128 elements in four rows of 32, has 64 nibble bytes (bytes 0–31: row 0 low,
 * row 2 high; bytes 32–63: row 1 low, row 3 high) and 32 bytes of bit pairs, pair `r` for row `r`.
 */
export function dequantizeQ6_K(bytes: Uint8Array, out: Float32Array): void {
  for (let i = 0, at = 0; i < out.length; i += 256, at += 210) {
    const superScale = halfToFloat(bytes[at + 208]! | (bytes[at + 209]! << 8));
    for (let half = 0; half < 2; half++) {
      for (let row = 0; row < 4; row++) {
        const low = at + 64 * half + 32 * (row & 1);
        const lowShift = row < 2 ? 0 : 4;
        const high = at + 128 + 32 * half;
        const highShift = 2 * row;
        for (let part = 0; part < 2; part++) {
          const scaleByte = bytes[at + 192 + 8 * half + 2 * row + part]!;
          const scale = superScale * ((scaleByte << 24) >> 24);
          const to = i + 128 * half + 32 * row + 16 * part;
          for (let j = 0; j < 16; j++) {
            const nibble = (bytes[low + 16 * part + j]! >> lowShift) & 15;
            const pair = (bytes[high + 16 * part + j]! >> highShift) & 3;
            out[to + j] = scale * ((nibble | (pair << 4)) - 32);
          }
        }
      }
    }
  }
}
