import { precondition } from '../errors/secl-error.ts';

/**
 * A quantile of sorted numbers, linear between order statistics (Hyndman and Fan 1996, type 7; NumPy's
 * default).
 *
 * @param sorted - Rising, at least one.
 * @param p - In `[0, 1]`.
 * @throws {@link SeclError} `PRECONDITION` without numbers or for `p` outside `[0, 1]`.
 */
export function quantile(sorted: Float64Array, p: number): number {
  precondition(sorted.length > 0, 'A quantile needs at least one number.');
  precondition(p >= 0 && p <= 1, `The quantile ${p} is outside [0, 1].`);
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (position - below) * (high - low);
}
