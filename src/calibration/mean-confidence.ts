import type { LabelledConfidences } from './labelled-confidences.ts';
import { measure, type Metric } from './metric.ts';

/**
 * Mean confidence over the rows counted, in `[0, 1]`; `null` without rows. Read against accuracy over
 * the same rows: the difference is the overconfidence. O(n).
 */
export function meanConfidence(data: LabelledConfidences): Metric {
  return measure(data, { estimator: 'mean-confidence' }, () => {
    let sum = 0;
    for (const confidence of data.confidence) sum += confidence;
    return sum / data.confidence.length;
  });
}
