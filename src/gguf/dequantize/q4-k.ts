import { halfToFloat } from './half-to-float.ts';
import { unpackKScales } from './k-scales.ts';

/**
 * Q4_K: blocks of 256 as two halves (of scales and of minima), 12 bytes of 6-bit scales and minima for
 * eight groups of 32, then 128 bytes of nibbles, 32 bytes for two groups (low nibbles the first);
 * `x = superScale · scale · nibble − superMinimum · minimum`.
 */
export function dequantizeQ4_K(bytes: Uint8Array, out: Float32Array): void {
  const scales = new Uint8Array(8);
  const minima = new Uint8Array(8);
  for (let i = 0, at = 0; i < out.length; i += 256, at += 144) {
    const superScale = halfToFloat(bytes[at]! | (bytes[at + 1]! << 8));
    const superMinimum = halfToFloat(bytes[at + 2]! | (bytes[at + 3]! << 8));
    unpackKScales(bytes, at + 4, scales, minima);
    for (let pair = 0; pair < 4; pair++) {
      const scaleLow = superScale * scales[2 * pair]!;
      const scaleHigh = superScale * scales[2 * pair + 1]!;
      const minimumLow = superMinimum * minima[2 * pair]!;
      const minimumHigh = superMinimum * minima[2 * pair + 1]!;
      const from = at + 16 + 32 * pair;
      const to = i + 64 * pair;
      for (let j = 0; j < 32; j++) {
        const nibbles = bytes[from + j]!;
        out[to + j] = scaleLow * (nibbles & 15) - minimumLow;
        out[to + j + 32] = scaleHigh * (nibbles >> 4) - minimumHigh;
      }
    }
  }
}
