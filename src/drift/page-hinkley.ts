/** What the Page-Hinkley test remembers. */
export interface PageHinkleyState {
  readonly n: number;
  readonly mean: number;
  /** Forgetting sums of deviations from the mean, less and plus `delta`. */
  readonly increase: number;
  readonly decrease: number;
  /** Least `increase` so far; `null` before the first. */
  readonly minIncrease: number | null;
  readonly maxDecrease: number;
}

/** Its settings, named as in River. */
export interface PageHinkleyOptions {
  /** Change that is of no interest, in units of the values. */
  readonly delta: number;
  /** Forgetting factor in `(0, 1]`. */
  readonly alpha: number;
}

/** Before anything was seen, and after an alarm. The maximum starts at −1, as River's does. */
export const INITIAL_PAGE_HINKLEY: PageHinkleyState = {
  n: 0,
  mean: 0,
  increase: 0,
  decrease: 0,
  minIncrease: null,
  maxDecrease: -1,
};

/**
 * One step of the Page-Hinkley test.
 *
 * @param x - Finite.
 * @returns `up` and `down`: how far the sums have come from their extremes; it fires where one exceeds the threshold.
 * Source: Page 1954, as in River 0.26 (`drift.PageHinkley`).
 */
export function stepPageHinkley(
  state: PageHinkleyState,
  x: number,
  { delta, alpha }: PageHinkleyOptions,
): { readonly state: PageHinkleyState; readonly up: number; readonly down: number } {
  const n = state.n + 1;
  const mean = state.mean + (x - state.mean) / n;
  const deviation = x - mean;
  const increase = alpha * state.increase + deviation - delta;
  const decrease = alpha * state.decrease + deviation + delta;
  const minIncrease = Math.min(state.minIncrease ?? increase, increase);
  const maxDecrease = Math.max(state.maxDecrease, decrease);
  return {
    state: { n, mean, increase, decrease, minIncrease, maxDecrease },
    up: increase - minIncrease,
    down: maxDecrease - decrease,
  };
}
