import { BLOCK_SIZE } from './weight-recipe.ts';

/** Stored value that means 0 (`MatMulNBits` without zero points: half of the range). */
const ZERO_POINT = 128;

/**
 * Steps from 0 to the largest absolute value of a block that are tried for its scale. 127 uses the range
 * up and is exact for blocks that came from Q8_0; 120 and 112 are multiples of 15 and 16 (and of 8), the
 * largest steps of Q5_0 and Q4_0, whose blocks of 32 they carry over without error.
 */
const STEPS = [127, 120, 112] as const;

/** Adding and subtracting 1.5 · 2^52 rounds a double to the nearest integer, ties to even. */
const ROUND = 6_755_399_441_055_744;

/**
 * Quantises floats to 8 bits in blocks of {@link BLOCK_SIZE}: `x ≈ scale · (stored − 128)`. Of a few
 * scales the one with the smallest sum of squared errors is taken, so the error of a value is at most
 * half a step of `absmax / 112`. A block of zeros has scale 0. Scales are float32.
 *
 * @param source - Floats; a multiple of the block size. Not changed.
 * @param values - Receives one byte a float.
 * @param scales - Receives one scale a block.
 */
export function quantizeInt8(source: Float32Array, values: Uint8Array, scales: Float32Array): void {
  const blocks = source.length / BLOCK_SIZE;
  for (let block = 0; block < blocks; block += 1) {
    const start = block * BLOCK_SIZE;
    const end = start + BLOCK_SIZE;
    let largest = 0;
    for (let i = start; i < end; i += 1) {
      const magnitude = Math.abs(source[i]!);
      if (magnitude > largest) largest = magnitude;
    }
    if (largest === 0) {
      values.fill(ZERO_POINT, start, end);
      scales[block] = 0;
      continue;
    }
    let bestError = Infinity;
    let bestScale = 0;
    for (const steps of STEPS) {
      const scale = Math.fround(largest / steps);
      const inverse = 1 / scale;
      let error = 0;
      for (let i = start; i < end; i += 1) {
        const exact = source[i]! * inverse;
        const miss = exact - (exact + ROUND - ROUND);
        error += miss * miss;
      }
      error *= scale * scale;
      if (error < bestError) {
        bestError = error;
        bestScale = scale;
      }
      // Exact but for the rounding of the scale itself.
      if (error <= largest * largest * 1e-12) break;
    }
    scales[block] = bestScale;
    const inverse = bestScale === 0 ? 0 : 1 / bestScale;
    for (let i = start; i < end; i += 1) {
      values[i] = source[i]! * inverse + ROUND - ROUND + ZERO_POINT;
    }
  }
}
