import { DEFAULT_BINNING, edgeRuleOf, totalBins, type Binning } from './binning.ts';
import type { LabelledConfidences } from './labelled-confidences.ts';
import { measure, type Metric } from './metric.ts';

/**
 * Maximum calibration error (MCE): `max_b |accuracy_b - meanConfidence_b|` over bins with rows.
 *
 * @param data - Not mutated.
 * @param binning - Ten bins of equal width unless told otherwise.
 * @returns A fraction in `[0, 1]`, never below the ECE of the same bins; `null` without rows.
 * @throws {@link SeclError} `PRECONDITION` if the number of bins is not a positive integer.
 * @remarks One bin of one row can decide it; O(n + bins) with equal width.
 * Source: Naeini et al. 2015; Guo et al. 2017, arXiv:1706.04599, section 2.
 */
export function maximumCalibrationError(
  data: LabelledConfidences,
  binning: Binning = DEFAULT_BINNING,
): Metric {
  const naming = {
    estimator: `mce-${binning.kind}`,
    bins: binning.bins,
    edgeRule: edgeRuleOf(binning),
  };
  return measure(data, naming, () => {
    const { n, confidence, correct } = totalBins(data, binning);
    let largest = 0;
    for (let b = 0; b < n.length; b++) {
      const count = n[b] as number;
      if (count === 0) continue;
      largest = Math.max(
        largest,
        Math.abs((correct[b] as number) - (confidence[b] as number)) / count,
      );
    }
    return largest;
  });
}
