import { halfToFloat } from './half-to-float.ts';
import { unpackKScales } from './k-scales.ts';

/**
 * Q5_K: as Q4_K, with 32 bytes between scales and nibbles that hold the fifth bits: bit `g` of byte `j`
 * belongs to element `j` of group `g`.
 */
export function dequantizeQ5_K(bytes: Uint8Array, out: Float32Array): void {
  const scales = new Uint8Array(8);
  const minima = new Uint8Array(8);
  for (let i = 0, at = 0; i < out.length; i += 256, at += 176) {
    const superScale = halfToFloat(bytes[at]! | (bytes[at + 1]! << 8));
    const superMinimum = halfToFloat(bytes[at + 2]! | (bytes[at + 3]! << 8));
    unpackKScales(bytes, at + 4, scales, minima);
    for (let pair = 0; pair < 4; pair++) {
      const scaleLow = superScale * scales[2 * pair]!;
      const scaleHigh = superScale * scales[2 * pair + 1]!;
      const minimumLow = superMinimum * minima[2 * pair]!;
      const minimumHigh = superMinimum * minima[2 * pair + 1]!;
      const from = at + 48 + 32 * pair;
      const to = i + 64 * pair;
      for (let j = 0; j < 32; j++) {
        const nibbles = bytes[from + j]!;
        const fifths = bytes[at + 16 + j]! >> (2 * pair);
        out[to + j] = scaleLow * ((nibbles & 15) | ((fifths & 1) << 4)) - minimumLow;
        out[to + j + 32] = scaleHigh * ((nibbles >> 4) | ((fifths & 2) << 3)) - minimumHigh;
      }
    }
  }
}
