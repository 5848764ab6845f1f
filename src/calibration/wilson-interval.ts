import { precondition } from '../errors/secl-error.ts';

/** 97.5% quantile of the standard normal, for two-sided 95%. */
const Z_95 = 1.959963984540054;

/**
 * Wilson score interval for a proportion, 95% unless told otherwise; inside `[0, 1]` always.
 *
 * @param successes - Integer in `[0, n]`.
 * @param n - Trials, an integer of at least 1.
 * @param z - Standard normal quantile of the level.
 * @throws {@link SeclError} `PRECONDITION` for `n` below 1 or successes outside `[0, n]`.
 * Source: Wilson 1927.
 */
export function wilsonInterval(
  successes: number,
  n: number,
  z = Z_95,
): { readonly low: number; readonly high: number } {
  precondition(n >= 1, `A proportion of ${n} trials has no interval.`);
  precondition(successes >= 0 && successes <= n, `${successes} successes in ${n} trials.`);
  const p = successes / n;
  const spread = (z * z) / n;
  const middle = (p + spread / 2) / (1 + spread);
  const half = (Math.sqrt((p * (1 - p)) / n + spread / (4 * n)) * z) / (1 + spread);
  // With no success, or nothing else, one end is 0 or 1 exactly; rounding must not say less.
  return {
    low: successes === 0 ? 0 : middle - half,
    high: successes === n ? 1 : middle + half,
  };
}
