import { precondition } from '../src/errors/secl-error.ts';

/** What pairs of measurements say of their difference, as fractions of the first of each pair. */
export interface PairedInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Student's t at 97.5%, by degrees of freedom from 1 (scipy.stats.t.ppf(0.975, n), 4 digits). */
const T975 = [
  ...[12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281],
  ...[2.201, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.093],
];

/**
 * 95% interval of the mean of `(b − a) / a` over pairs (a, b) that were measured one beside the other, by Student's t
 * of paired differences: what both have in common, as how busy the machine was, falls out.
 *
 * @param pairs - 2 to 20.
 * @throws SeclError `PRECONDITION` for fewer or more.
 */
export function pairedInterval(
  pairs: readonly (readonly [a: number, b: number])[],
): PairedInterval {
  const n = pairs.length;
  precondition(n >= 2 && n <= T975.length + 1, 'there are 2 to 20 pairs');
  const differences = pairs.map(([a, b]) => (b - a) / a);
  const mean = differences.reduce((sum, one) => sum + one, 0) / n;
  const variance = differences.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (n - 1);
  const half = (T975[n - 2] ?? NaN) * Math.sqrt(variance / n);
  return { mean, low: mean - half, high: mean + half };
}
