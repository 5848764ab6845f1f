import type { LabelledConfidences } from './labelled-confidences.ts';
import { measure, type Metric } from './metric.ts';

/**
 * Brier score: `mean (confidence - correct)^2`.
 *
 * @param data - Not mutated.
 * @returns In `[0, 1]`, lower is better; `null` without rows.
 * @remarks Not a measure of calibration alone; see {@link decomposeBrier}. O(n).
 * Source: Brier 1950.
 */
export function brierScore(data: LabelledConfidences): Metric {
  return measure(data, { estimator: 'brier' }, () => {
    let sum = 0;
    for (let i = 0; i < data.correct.length; i++) {
      const gap = (data.confidence[i] as number) - (data.correct[i] as number);
      sum += gap * gap;
    }
    return sum / data.correct.length;
  });
}
