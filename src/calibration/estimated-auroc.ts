import { precondition } from '../errors/secl-error.ts';

/**
 * AUROC *estimated* without labels: what it would be on average if the confidences were calibrated.
 *
 * Each answer counts as right with weight `f` and as wrong with weight `1 - f`:
 * `sum_ij f_i (1 - f_j) ([f_i > f_j] + [f_i = f_j] / 2) / (sum f · sum (1 - f))`, `i = j` included.
 * Blind to concept drift: it believes the confidences. Its twin for accuracy is their mean.
 *
 * @param confidence - Fractions in `[0, 1]`. Not mutated.
 * @returns In `[0, 1]`; `null` without rows, or where all are 0 or all are 1.
 * @throws {@link SeclError} `PRECONDITION` if a confidence is NaN or outside `[0, 1]`.
 * @remarks O(n log n). Source: confidence-based performance estimation (NannyML).
 */
export function estimatedAuroc(confidence: readonly number[]): number | null {
  precondition(
    confidence.every((f) => f >= 0 && f <= 1),
    'Every confidence must be a fraction in [0, 1].',
  );
  const sorted = Float64Array.from(confidence).sort();
  let wrongBelow = 0;
  let right = 0;
  let won = 0;
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    const f = sorted[from] as number;
    while (to < sorted.length && sorted[to] === f) to++;
    const count = to - from;
    won += count * f * (wrongBelow + (count * (1 - f)) / 2);
    wrongBelow += count * (1 - f);
    right += count * f;
  }
  return right === 0 || wrongBelow === 0 ? null : won / (right * wrongBelow);
}
