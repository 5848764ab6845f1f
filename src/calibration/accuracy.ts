import type { LabelledConfidences } from './labelled-confidences.ts';
import { measure, type Metric } from './metric.ts';

/** Share of right answers among the rows counted, in `[0, 1]`; `null` without rows. O(n). */
export function accuracy(data: LabelledConfidences): Metric {
  return measure(data, { estimator: 'accuracy' }, () => {
    let right = 0;
    for (const outcome of data.correct) right += outcome;
    return right / data.correct.length;
  });
}
