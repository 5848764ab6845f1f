/** Cosines and sines of rotary position embedding, each `[positions, headSize / 2]`, row-major. */
export interface RotaryTables {
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/**
 * Rotary position embedding: pair `j` of position `p` turns by `p · θ^(−2j / headSize)`.
 * Wavelengths and angles are rounded to float32, as PyTorch models compute them; at position 8,000 that
 * rounding moves an angle by up to 5e-4, so tables in double precision would be another model.
 *
 * Source: Su et al. 2021, "RoFormer", section 3.2.2.
 *
 * @param positions - Rows to make, from position 0.
 * @param headSize - Width of a head; even.
 * @param theta - Base of the wavelengths.
 */
export function rotaryTables(positions: number, headSize: number, theta: number): RotaryTables {
  const half = headSize / 2;
  const frequencies = Float32Array.from({ length: half }, (_, j) =>
    Math.fround(1 / Math.fround(theta ** Math.fround((2 * j) / headSize))),
  );
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let position = 0; position < positions; position += 1) {
    for (let j = 0; j < half; j += 1) {
      const angle = Math.fround(position * (frequencies[j] as number));
      cos[position * half + j] = Math.cos(angle);
      sin[position * half + j] = Math.sin(angle);
    }
  }
  return { cos, sin };
}
