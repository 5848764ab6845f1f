/** Two cumulative sums, of rises and of falls. */
export interface CusumState {
  readonly high: number;
  readonly low: number;
}

/** Before anything was seen, and after an alarm. */
export const INITIAL_CUSUM: CusumState = { high: 0, low: 0 };

/**
 * Two-sided CUSUM: `high = max(0, high + x − k)`, `low = max(0, low − x − k)`. It fires where one of them exceeds the
 * threshold `h`.
 *
 * @param x - Finite, of mean 0 and deviation 1 without a change.
 * @param k - Slack: half the shift that is to be found soonest, in deviations.
 * Source: Page 1954.
 */
export function stepCusum({ high, low }: CusumState, x: number, k: number): CusumState {
  return { high: Math.max(0, high + x - k), low: Math.max(0, low - x - k) };
}
