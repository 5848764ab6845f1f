/** Coordinates of a projected state. */
export const PROJECTED_SIZE = 64;
/** Coordinates are kept in hundredths: a point is a row of small integers, cheap to commit. */
const STEPS = 100;

/** A well-mixed 32-bit hash of an index (splitmix32). */
function mix(index: number): number {
  let t = Math.imul(index + 1, 0x9e3779b9) | 0;
  t = Math.imul(t ^ (t >>> 16), 0x21f0aaad);
  t = Math.imul(t ^ (t >>> 15), 0x735a2d97);
  return t ^ (t >>> 15);
}

/**
 * Projects a hidden state onto fixed random directions of signs, which keeps distances to about
 * `sqrt(2 / PROJECTED_SIZE)` of themselves (Achlioptas 2003).
 *
 * @param hidden - `[D]`, of any length but zero; it is brought to unit length.
 * @returns Hundredths, `[PROJECTED_SIZE]`; `null` where the state has no direction or is not finite.
 */
export function projectHidden(hidden: Float32Array): number[] | null {
  let square = 0;
  for (const value of hidden) square += value * value;
  if (!(square > 0 && Number.isFinite(square))) return null;
  const sums = new Float64Array(PROJECTED_SIZE);
  for (let i = 0; i < hidden.length; i++) {
    const value = hidden[i] as number;
    for (let block = 0; block < PROJECTED_SIZE; block += 32) {
      const signs = mix(i * (PROJECTED_SIZE / 32) + block / 32);
      for (let bit = 0; bit < 32; bit++) {
        // Without a branch, which would be mispredicted every other time.
        const sign = (((signs >>> bit) & 1) << 1) - 1;
        sums[block + bit] = (sums[block + bit] as number) + sign * value;
      }
    }
  }
  const scale = STEPS / Math.sqrt(square * PROJECTED_SIZE);
  // Adding 0 turns -0 into 0, which is all that JSON keeps of it.
  return Array.from(sums, (sum) => Math.round(sum * scale) + 0);
}
