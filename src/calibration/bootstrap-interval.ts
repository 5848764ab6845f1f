import { precondition } from '../errors/secl-error.ts';
import { seededRandom } from '../random/seeded-random.ts';
import { trustRows, type LabelledConfidences } from './labelled-confidences.ts';
import { quantile } from './quantile.ts';
import { sortRows } from './sort-rows.ts';

/** Options of {@link bootstrapInterval}. */
export interface BootstrapOptions {
  /** Coverage aimed at, in `(0, 1)`. @defaultValue 0.95 */
  readonly level?: number;
  /** Resamples drawn; more make the ends steadier. @defaultValue 1000 */
  readonly resamples?: number;
  /** Any finite number. @defaultValue 0 */
  readonly seed?: number;
  /** Fewer rows than this get no interval. @defaultValue 20 */
  readonly minimumRows?: number;
  /** The metric's range; the ends are clipped to it. @defaultValue [0, 1] */
  readonly range?: readonly [low: number, high: number];
  /**
   * `percentile`: quantiles of the resampled metric. `reflected` (the basic bootstrap): these
   * quantiles mirrored at the metric itself, and widened where needed to hold it. For a binned
   * calibration error, which every resampling pushes upwards, take `reflected`: with ten bins, 150
   * rows and a true ECE of 0.05 the 95% percentile band held it in 3% of trials, the reflected one in
   * 92%; far from 0 both do well. @defaultValue 'percentile'
   */
  readonly kind?: 'percentile' | 'reflected';
}

/** A confidence band for a metric over the rows' sampling; `low` and `high` are `null` together. */
export interface BootstrapInterval {
  readonly low: number | null;
  readonly high: number | null;
  /** Why there is no interval, else `null`. */
  readonly reason: string | null;
  readonly level: number;
  readonly kind: 'percentile' | 'reflected';
  readonly resamples: number;
  /** Resamples for which the metric was defined. */
  readonly used: number;
}

/** Below this share of resamples with a defined metric there is no interval (ours). */
const LEAST_USED_SHARE = 0.9;

/**
 * Bootstrap confidence interval: rows are drawn with replacement, each with its confidence *and* its
 * outcome, and the metric is taken again.
 *
 * Rows are sorted before they are drawn, so that neither their order nor the metric's sorting matters.
 *
 * @param data - Not mutated.
 * @param metric - The metric, `null` where undefined, e.g. `(rows) => auroc(rows).value`.
 * @returns The interval, or the reason for none: too few rows, or a metric undefined too often.
 * @throws {@link SeclError} `PRECONDITION` for a level outside `(0, 1)` or less than 1 resample.
 * @remarks O(resamples × metric). It is a band for sampling error alone: it assumes rows that are
 *   independent and a stream that did not change. Where all outcomes agree it knows of no other: see `eceInterval`.
 * Source: Efron and Tibshirani 1993, sections 13 and 8.
 */
export function bootstrapInterval(
  data: LabelledConfidences,
  metric: (data: LabelledConfidences) => number | null,
  options: BootstrapOptions = {},
): BootstrapInterval {
  const { level = 0.95, resamples = 1000, seed = 0, minimumRows = 20 } = options;
  const { range = [0, 1], kind = 'percentile' } = options;
  precondition(level > 0 && level < 1, `The level is ${level}; it must lie in (0, 1).`);
  precondition(
    Number.isInteger(resamples) && resamples >= 1,
    `The number of resamples is ${resamples}; it must be an integer of at least 1.`,
  );
  const n = data.correct.length;
  const refuse = (reason: string, used = 0): BootstrapInterval => ({
    low: null,
    high: null,
    reason,
    level,
    kind,
    resamples,
    used,
  });
  if (n < minimumRows) return refuse(`fewer than ${minimumRows} rows`);
  const sorted = sortRows(data);
  const here = metric(sorted);
  if (here === null) return refuse('the metric is undefined');

  const drawn = drawMetric(sorted, metric, resamples, seed);
  const used = drawn.length;
  if (used < resamples * LEAST_USED_SHARE) {
    return refuse(`the metric is undefined in ${resamples - used} of ${resamples} resamples`, used);
  }
  const tail = (1 - level) / 2;
  const ends = [quantile(drawn, tail), quantile(drawn, 1 - tail)] as const;
  const [low, high] =
    kind === 'percentile'
      ? ends
      : [Math.min(here, 2 * here - ends[1]), Math.max(here, 2 * here - ends[0])];
  const clip = (value: number): number => Math.min(Math.max(value, range[0]), range[1]);
  return { low: clip(low), high: clip(high), reason: null, level, kind, resamples, used };
}

/** The metric over each resample where it is defined, rising. Resamples keep the rows' order. */
function drawMetric(
  rows: LabelledConfidences,
  metric: (data: LabelledConfidences) => number | null,
  resamples: number,
  seed: number,
): Float64Array {
  const n = rows.correct.length;
  const random = seededRandom(seed);
  const times = new Uint32Array(n);
  const confidence = new Float64Array(n);
  const correct = new Uint8Array(n);
  const resample = trustRows(confidence, correct, rows);
  const values: number[] = [];
  for (let round = 0; round < resamples; round++) {
    times.fill(0);
    for (let i = 0; i < n; i++) {
      const row = random.integer(n);
      times[row] = (times[row] as number) + 1;
    }
    for (let row = 0, at = 0; row < n; row++) {
      for (let k = times[row] as number; k > 0; k--, at++) {
        confidence[at] = rows.confidence[row] as number;
        correct[at] = rows.correct[row] as number;
      }
    }
    const value = metric(resample);
    if (value !== null) values.push(value);
  }
  return Float64Array.from(values).sort();
}
