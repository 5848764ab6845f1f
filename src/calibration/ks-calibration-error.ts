import type { LabelledConfidences } from './labelled-confidences.ts';
import { measure, type Metric } from './metric.ts';
import { sortRows, tieGroups } from './sort-rows.ts';

/**
 * Kolmogorov–Smirnov calibration error: `max_k |sum_{i <= k} (y_i - f_i)| / n`, rows sorted by
 * confidence, `k` only at the end of a tie, so that the order inside a tie cannot matter.
 *
 * @param data - Not mutated.
 * @returns In `[0, 1]`; `null` without rows.
 * @remarks Free of bins. O(n log n), O(n) for sorted rows.
 * Source: Gupta et al. 2021, arXiv:2006.12800; ties ours.
 */
export function ksCalibrationError(data: LabelledConfidences): Metric {
  return measure(data, { estimator: 'ks', edgeRule: 'ties move together' }, () => {
    const sorted = sortRows(data);
    let cumulative = 0;
    let largest = 0;
    for (const { from, to, correct } of tieGroups(sorted)) {
      cumulative += correct - (to - from) * (sorted.confidence[from] as number);
      largest = Math.max(largest, Math.abs(cumulative));
    }
    return largest / data.correct.length;
  });
}
