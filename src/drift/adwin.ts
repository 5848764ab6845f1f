/** Buckets of one size, the oldest first: sums of values, and of squared deviations from each bucket's mean. */
interface BucketRow {
  readonly totals: readonly number[];
  readonly variances: readonly number[];
}

/** A window of all values since the start, in buckets of 1, 2, 4, … values. */
export interface AdwinState {
  /** Row `i` holds buckets of `2^i` values. */
  readonly rows: readonly BucketRow[];
  readonly width: number;
  readonly total: number;
  /** Sum of squared deviations from the window's mean. */
  readonly variance: number;
}

/** Settings, named as in River. */
export interface AdwinOptions {
  /** Most buckets of one size. */
  readonly maxBuckets: number;
  /** Least values on either side of a cut. */
  readonly minWindowLength: number;
}

/** Before anything was seen, and after an alarm. */
export const INITIAL_ADWIN: AdwinState = { rows: [], width: 0, total: 0, variance: 0 };

/** What two neighbouring stretches' squared deviations gain when they are joined. */
function between(n0: number, n1: number, mean0: number, mean1: number): number {
  return (n0 * n1 * (mean0 - mean1) ** 2) / (n0 + n1);
}

/** Adds a value as a bucket of its own, and joins the two oldest of each size that has too many. */
export function insertAdwin(
  state: AdwinState,
  x: number,
  { maxBuckets }: AdwinOptions,
): AdwinState {
  const width = state.width + 1;
  const gain = width > 1 ? between(state.width, 1, state.total / state.width, x) : 0;
  const rows = state.rows.map((row) => ({
    totals: [...row.totals],
    variances: [...row.variances],
  }));
  let carried = { total: x, variance: 0 };
  for (let i = 0; ; i++) {
    const row = (rows[i] ??= { totals: [], variances: [] });
    row.totals.push(carried.total);
    row.variances.push(carried.variance);
    if (row.totals.length <= maxBuckets) break;
    const [a = 0, b = 0] = row.totals.splice(0, 2);
    const [va = 0, vb = 0] = row.variances.splice(0, 2);
    const size = 2 ** i;
    carried = { total: a + b, variance: va + vb + between(size, size, a / size, b / size) };
  }
  return { rows, width, total: state.total + x, variance: state.variance + gain };
}

/**
 * How much the window speaks for a change, as `ln(1/δ)` of the smallest `δ` at which some cut separates two parts
 * whose means differ by more than ADWIN's bound `sqrt(2·m·v·L) + 2/3·m·L`, `L = ln(2·ln(W)/δ)`. ADWIN with
 * confidence `δ` fires where the evidence exceeds `ln(1/δ)`. After that this project starts afresh, as River does, so
 * the window is never shortened.
 *
 * @returns `−Infinity` where no cut leaves enough on both sides.
 * Source: Bifet and Gavaldà 2007, equation 3.1, as in River 0.26 (`drift.ADWIN`), solved for `δ`.
 */
export function adwinEvidence(
  { rows, width, total, variance }: AdwinState,
  { minWindowLength }: AdwinOptions,
): number {
  let strongest = Number.NEGATIVE_INFINITY;
  let n0 = 0;
  let u0 = 0;
  for (let i = rows.length - 1; i >= 0; i--)
    for (const bucket of (rows[i] as BucketRow).totals) {
      n0 += 2 ** i;
      u0 += bucket;
      const n1 = width - n0;
      if (n0 < minWindowLength || n1 < minWindowLength) continue;
      const distance = Math.abs(u0 / n0 - (total - u0) / n1);
      const m = 1 / (n0 - minWindowLength + 1) + 1 / (n1 - minWindowLength + 1);
      const spread = 2 * m * Math.max(0, variance / width);
      const root = (Math.sqrt(spread + (8 / 3) * m * distance) - Math.sqrt(spread)) / ((4 / 3) * m);
      strongest = Math.max(strongest, root * root);
    }
  // In a window of one value the correction is infinite too.
  return strongest === Number.NEGATIVE_INFINITY
    ? strongest
    : strongest - Math.log(2 * Math.log(width));
}
