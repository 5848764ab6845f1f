import { precondition } from '../errors/secl-error.ts';
import type { LabelledConfidences } from './labelled-confidences.ts';
import { sortedOrder } from './sort-rows.ts';

/** How confidences are put into bins. */
export interface Binning {
  /**
   * `equal-width`: bin `b` is `[b / bins, (b + 1) / bins)`, the last one closed.
   * `equal-mass`: bins of about equal count that never cut through a tie; see `equalMassBinOf`.
   */
  readonly kind: 'equal-width' | 'equal-mass';
  /** Number of bins, an integer of at least 1. */
  readonly bins: number;
}

/** The project's convention: ten bins of equal width. */
export const DEFAULT_BINNING: Binning = { kind: 'equal-width', bins: 10 };

/** The edge rule of a binning, in words. */
export function edgeRuleOf(binning: Binning): string {
  return binning.kind === 'equal-width'
    ? '[low, high), last closed'
    : 'by mid-rank; ties share a bin';
}

/** Throws `PRECONDITION` unless the number of bins is a positive integer. */
function checkBinning(binning: Binning): void {
  precondition(
    Number.isInteger(binning.bins) && binning.bins >= 1,
    `The number of bins is ${binning.bins}; it must be an integer of at least 1.`,
  );
}

/**
 * The equal-width bin of one confidence.
 *
 * The product `confidence * bins` can round to the wrong side of an edge (0.29 × 100 is
 * 28.999…), so the quotient that defines the edge decides: bin `b` starts at `b / bins` in doubles.
 */
export function equalWidthBinOf(confidence: number, bins: number): number {
  let bin = Math.min(Math.floor(confidence * bins), bins - 1);
  if (confidence < bin / bins) bin--;
  else if (bin < bins - 1 && confidence >= (bin + 1) / bins) bin++;
  return bin;
}

/**
 * The equal-mass bin of a tie group that holds the sorted rows `from` to `to` (exclusive) of `n`:
 * `floor(bins * midRank / n)` with `midRank = (from + to) / 2`.
 *
 * Without ties and with `n` a multiple of `bins` these are the usual quantile bins. A tie shares its
 * mid-rank, so it shares its bin, in whatever order its rows came; some bins may stay empty.
 * Source: ours.
 */
export function equalMassBinOf(from: number, to: number, n: number, bins: number): number {
  return Math.floor((bins * (from + to)) / (2 * n));
}

/**
 * The bin of each row, shape `[n]`, values in `[0, bins)`.
 *
 * @throws {@link SeclError} `PRECONDITION` if the number of bins is not a positive integer.
 */
export function binOfRows(data: LabelledConfidences, binning: Binning): Uint32Array {
  checkBinning(binning);
  const { confidence } = data;
  const n = confidence.length;
  const bins = new Uint32Array(n);
  if (binning.kind === 'equal-width') {
    for (let i = 0; i < n; i++) bins[i] = equalWidthBinOf(confidence[i] as number, binning.bins);
    return bins;
  }
  const order = sortedOrder(data);
  for (let from = 0, to = 0; from < n; from = to) {
    const value = confidence[order[from] as number];
    while (to < n && confidence[order[to] as number] === value) to++;
    const bin = equalMassBinOf(from, to, n, binning.bins);
    for (let i = from; i < to; i++) bins[order[i] as number] = bin;
  }
  return bins;
}

/** Sums over the rows of each bin, each of shape `[bins]`. */
export interface BinTotals {
  readonly n: Float64Array;
  readonly confidence: Float64Array;
  readonly correct: Float64Array;
}

/**
 * Count, sum of confidence and number right of each bin.
 *
 * @throws {@link SeclError} `PRECONDITION` if the number of bins is not a positive integer.
 * @remarks O(n + bins) with equal width, O(n log n) with equal mass.
 */
export function totalBins(data: LabelledConfidences, binning: Binning): BinTotals {
  const bins = binOfRows(data, binning);
  const n = new Float64Array(binning.bins);
  const confidence = new Float64Array(binning.bins);
  const correct = new Float64Array(binning.bins);
  for (let i = 0; i < bins.length; i++) {
    const bin = bins[i] as number;
    n[bin] = (n[bin] as number) + 1;
    confidence[bin] = (confidence[bin] as number) + (data.confidence[i] as number);
    correct[bin] = (correct[bin] as number) + (data.correct[i] as number);
  }
  return { n, confidence, correct };
}
