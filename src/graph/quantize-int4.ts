import { BLOCK_SIZE } from './weight-recipe.ts';

/** Stored value that means 0 (`MatMulNBits` without zero points: half of the range). */
const ZERO_POINT = 8;

/**
 * Divisors of a block's signed extreme that are tried for its scale. −8 puts the extreme on the end of
 * the range that has one step more (as Q4_0 does, so that its blocks carry over without error); smaller
 * ones clip it a little for a finer step.
 */
const DIVISORS = [-8, -7.5, -7, 7, 6.5, -8.5, -9] as const;

/** Adding and subtracting 1.5 · 2^52 rounds a double to the nearest integer, ties to even. */
const ROUND = 6_755_399_441_055_744;

function step(exact: number): number {
  const rounded = exact + ROUND - ROUND;
  return rounded > 7 ? 7 : rounded < -8 ? -8 : rounded;
}

/**
 * Quantises floats to 4 bits in blocks of {@link BLOCK_SIZE}: `x ≈ scale · (stored − 8)`, two values a
 * byte, the first in the low half. Per block, each divisor's scale is fitted once by least squares to the
 * steps it leads to, and the pair with the smallest sum of squared errors is kept. Scales may be negative.
 *
 * @param source - Floats; a multiple of the block size. Not changed.
 * @param values - Receives half a byte a float.
 * @param scales - Receives one scale a block.
 */
export function quantizeInt4(source: Float32Array, values: Uint8Array, scales: Float32Array): void {
  const blocks = source.length / BLOCK_SIZE;
  for (let block = 0; block < blocks; block += 1) {
    const start = block * BLOCK_SIZE;
    const end = start + BLOCK_SIZE;
    let extreme = 0;
    let energy = 0;
    for (let i = start; i < end; i += 1) {
      const x = source[i]!;
      energy += x * x;
      if (Math.abs(x) > Math.abs(extreme)) extreme = x;
    }
    let bestError = Infinity;
    let bestInverse = 0;
    let bestScale = 0;
    for (const divisor of extreme === 0 ? [] : DIVISORS) {
      const inverse = divisor / extreme;
      let products = 0;
      let squares = 0;
      for (let i = start; i < end; i += 1) {
        const x = source[i]!;
        const q = step(x * inverse);
        products += q * x;
        squares += q * q;
      }
      // Least squares for fixed steps: scale = Σqx / Σq², error = Σx² − (Σqx)² / Σq².
      const error = energy - (products * products) / squares;
      if (error < bestError) {
        bestError = error;
        bestInverse = inverse;
        bestScale = Math.fround(products / squares);
      }
    }
    scales[block] = bestScale;
    for (let i = start; i < end; i += 2) {
      const low = step(source[i]! * bestInverse) + ZERO_POINT;
      const high = step(source[i + 1]! * bestInverse) + ZERO_POINT;
      values[i >> 1] = low | (high << 4);
    }
  }
}
