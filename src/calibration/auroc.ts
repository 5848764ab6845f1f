import type { LabelledConfidences } from './labelled-confidences.ts';
import { measure, type Metric } from './metric.ts';
import { sortRows, tieGroups } from './sort-rows.ts';

/**
 * Area under the ROC curve: the probability that a right answer has a higher confidence than a wrong
 * one, a tie counting half.
 *
 * @param data - Not mutated.
 * @returns In `[0, 1]`, 0.5 for no ranking at all; `null` without rows or with one class.
 * @remarks O(n log n), O(n) for sorted rows.
 * Source: Mann and Whitney 1947; Hanley and McNeil 1982.
 */
export function auroc(data: LabelledConfidences): Metric {
  return measure(data, { estimator: 'auroc-ties-half' }, () => {
    let wrongBelow = 0;
    let right = 0;
    let pairsWon = 0;
    for (const group of tieGroups(sortRows(data))) {
      const wrong = group.to - group.from - group.correct;
      pairsWon += group.correct * (wrongBelow + wrong / 2);
      wrongBelow += wrong;
      right += group.correct;
    }
    if (right === 0) return 'no answer is right';
    if (wrongBelow === 0) return 'no answer is wrong';
    return pairsWon / (right * wrongBelow);
  });
}
