import { halfToFloat } from './half-to-float.ts';

/** IEEE 754 half. */
export function dequantizeF16(bytes: Uint8Array, out: Float32Array): void {
  for (let i = 0, at = 0; i < out.length; i++, at += 2) {
    out[i] = halfToFloat(bytes[at]! | (bytes[at + 1]! << 8));
  }
}
