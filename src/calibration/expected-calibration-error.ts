import { DEFAULT_BINNING, edgeRuleOf, totalBins, type BinTotals, type Binning } from './binning.ts';
import type { LabelledConfidences } from './labelled-confidences.ts';
import { measure, type Metric } from './metric.ts';

/** `sum_b |correct_b - confidence_b| / n` over the sums of each bin; `n` is at least 1. */
export function eceOfTotals(totals: BinTotals, n: number): number {
  let gaps = 0;
  for (let b = 0; b < totals.n.length; b++) {
    gaps += Math.abs((totals.correct[b] as number) - (totals.confidence[b] as number));
  }
  return gaps / n;
}

/**
 * Expected calibration error (ECE).
 *
 * `sum_b (n_b / n) * |accuracy_b - meanConfidence_b|`; empty bins add nothing.
 *
 * @param data - Not mutated.
 * @param binning - Ten bins of equal width unless told otherwise.
 * @returns A fraction in `[0, 1]`, 0 for perfectly calibrated; `null` without rows.
 * @throws {@link SeclError} `PRECONDITION` if the number of bins is not a positive integer.
 * @remarks Biased upward for small `n`: read it beside `eceFloor`. O(n + bins) with equal width.
 * Source: Naeini et al. 2015; Guo et al. 2017, arXiv:1706.04599, section 2. Equal mass: Kumar et al.
 * 2019, arXiv:1909.10155; tie-safe quantiles ours.
 * @example
 * `expectedCalibrationError(labelConfidences([{ confidence: 0.9, correct: true }, { confidence: 0.9, correct: false }])).value // 0.4`
 */
export function expectedCalibrationError(
  data: LabelledConfidences,
  binning: Binning = DEFAULT_BINNING,
): Metric {
  const naming = {
    estimator: `ece-${binning.kind}`,
    bins: binning.bins,
    edgeRule: edgeRuleOf(binning),
  };
  return measure(data, naming, () => eceOfTotals(totalBins(data, binning), data.correct.length));
}
