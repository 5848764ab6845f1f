import { binOfRows, DEFAULT_BINNING, edgeRuleOf, totalBins, type Binning } from './binning.ts';
import type { LabelledConfidences } from './labelled-confidences.ts';
import { defineMetric, type MetricDefinition } from './metric.ts';

/**
 * The parts of the Brier score. Exactly (to rounding):
 * `brier = reliability - resolution + uncertainty + withinBinVariance - withinBinCovariance`.
 */
export interface BrierDecomposition {
  /** `sum_b (n_b / n) (c_b - a_b)^2`: lower is better calibrated. */
  readonly reliability: number;
  /** `sum_b (n_b / n) (a_b - a)^2`: higher separates right from wrong better. */
  readonly resolution: number;
  /** `a (1 - a)`: of the questions, not of the confidence. */
  readonly uncertainty: number;
  /** `(1 / n) sum_b sum_i (f_i - c_b)^2`: spread of the confidences inside their bins. */
  readonly withinBinVariance: number;
  /** `(2 / n) sum_b sum_i (f_i - c_b)(y_i - a_b)`: what that spread knows of the outcomes. */
  readonly withinBinCovariance: number;
  readonly definition: MetricDefinition;
}

/**
 * Splits the Brier score into reliability, resolution, uncertainty and the two within-bin terms,
 * which vanish only where every bin holds one confidence.
 *
 * @param data - Not mutated.
 * @param binning - Ten bins of equal width unless told otherwise.
 * @returns `null` without rows.
 * @throws {@link SeclError} `PRECONDITION` if the number of bins is not a positive integer.
 * Source: Murphy 1973; within-bin terms Stephenson, Coelho and Jolliffe 2008.
 */
export function decomposeBrier(
  data: LabelledConfidences,
  binning: Binning = DEFAULT_BINNING,
): BrierDecomposition | null {
  const rows = data.correct.length;
  const bins = binOfRows(data, binning);
  if (rows === 0) return null;
  const totals = totalBins(data, binning);
  let right = 0;
  for (const outcome of data.correct) right += outcome;
  const accuracy = right / rows;
  let reliability = 0;
  let resolution = 0;
  for (let b = 0; b < binning.bins; b++) {
    const count = totals.n[b] as number;
    if (count === 0) continue;
    const meanOutcome = (totals.correct[b] as number) / count;
    reliability += (count / rows) * ((totals.confidence[b] as number) / count - meanOutcome) ** 2;
    resolution += (count / rows) * (meanOutcome - accuracy) ** 2;
  }
  let variance = 0;
  let covariance = 0;
  for (let i = 0; i < rows; i++) {
    const bin = bins[i] as number;
    const count = totals.n[bin] as number;
    const spread = (data.confidence[i] as number) - (totals.confidence[bin] as number) / count;
    variance += spread * spread;
    covariance += spread * ((data.correct[i] as number) - (totals.correct[bin] as number) / count);
  }
  return {
    reliability,
    resolution,
    uncertainty: accuracy * (1 - accuracy),
    withinBinVariance: variance / rows,
    withinBinCovariance: (2 * covariance) / rows,
    definition: defineMetric(data, {
      estimator: `brier-decomposition-${binning.kind}`,
      bins: binning.bins,
      edgeRule: edgeRuleOf(binning),
    }),
  };
}
