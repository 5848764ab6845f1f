import { DEFAULT_BINNING, edgeRuleOf, totalBins, type Binning } from './binning.ts';
import type { LabelledConfidences } from './labelled-confidences.ts';
import { measure, type Metric } from './metric.ts';

/** {@link debiasedCalibrationError}, with what its floor and its lonely rows did. */
export interface DebiasedMetric extends Metric {
  /** The squared error before the floor at 0; unbiased, so negative half of the time at 0. `null` without rows. */
  readonly squared: number | null;
  /** Rows alone in their bin: no variance can be estimated there, so they add nothing. */
  readonly alone: number;
}

/**
 * Root of the debiased squared calibration error.
 *
 * `sqrt(max(0, sum_b (n_b / n) * [(a_b - c_b)^2 - a_b (1 - a_b) / (n_b - 1)]))` over bins of two rows
 * and more.
 *
 * @param data - Not mutated.
 * @param binning - Ten bins of equal mass unless told otherwise, as the source has it.
 * @returns A fraction in `[0, 1]`; `null` without rows.
 * @throws {@link SeclError} `PRECONDITION` if the number of bins is not a positive integer.
 * Source: Kumar et al. 2019, arXiv:1909.10155, definition 5.1.
 */
export function debiasedCalibrationError(
  data: LabelledConfidences,
  binning: Binning = { kind: 'equal-mass', bins: DEFAULT_BINNING.bins },
): DebiasedMetric {
  const naming = {
    estimator: `debiased-l2-${binning.kind}`,
    bins: binning.bins,
    edgeRule: edgeRuleOf(binning),
  };
  let squared: number | null = null;
  let alone = 0;
  const metric = measure(data, naming, () => {
    const { n, confidence, correct } = totalBins(data, binning);
    squared = 0;
    for (let b = 0; b < n.length; b++) {
      const count = n[b] as number;
      if (count < 2) {
        alone += count;
        continue;
      }
      const accuracy = (correct[b] as number) / count;
      const gap = accuracy - (confidence[b] as number) / count;
      const noise = (accuracy * (1 - accuracy)) / (count - 1);
      squared += (count / data.correct.length) * (gap * gap - noise);
    }
    return Math.sqrt(Math.max(0, squared));
  });
  return { ...metric, squared, alone };
}
