import { halfToFloat } from './half-to-float.ts';

/** Q8_0: blocks of 32 as `scale` (half), then 32 signed bytes; `x = scale · byte`. */
export function dequantizeQ8_0(bytes: Uint8Array, out: Float32Array): void {
  const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0, at = 0; i < out.length; i += 32, at += 34) {
    const scale = halfToFloat(bytes[at]! | (bytes[at + 1]! << 8));
    for (let j = 0; j < 32; j++) out[i + j] = scale * signed[at + 2 + j]!;
  }
}
