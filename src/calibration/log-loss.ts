import { precondition } from '../errors/secl-error.ts';
import type { LabelledConfidences } from './labelled-confidences.ts';
import { measure, type Metric } from './metric.ts';

/** {@link logLoss}, with what clipping did. */
export interface LogLossMetric extends Metric {
  /** Confidences are clipped to `[epsilon, 1 - epsilon]`. */
  readonly epsilon: number;
  /** Rows whose confidence was clipped. One wrong answer at confidence 1 adds `-ln(epsilon) / n`. */
  readonly clipped: number;
}

/**
 * Log loss (cross-entropy) in nats: `-mean [y ln f + (1 - y) ln(1 - f)]`, `f` clipped.
 *
 * @param data - Not mutated.
 * @param epsilon - In `(0, 0.5)`. @defaultValue 2^-52, as scikit-learn has it for doubles
 * @returns In `[0, -ln epsilon]` nats, lower is better; `null` without rows.
 * @throws {@link SeclError} `PRECONDITION` if `epsilon` is outside `(0, 0.5)`.
 * Source: Good 1952.
 */
export function logLoss(data: LabelledConfidences, epsilon = Number.EPSILON): LogLossMetric {
  precondition(epsilon > 0 && epsilon < 0.5, `epsilon is ${epsilon}; it must lie in (0, 0.5).`);
  let clipped = 0;
  const metric = measure(data, { estimator: `log-loss-clipped-${epsilon}` }, () => {
    let sum = 0;
    for (let i = 0; i < data.correct.length; i++) {
      const stated = data.confidence[i] as number;
      const f = Math.min(Math.max(stated, epsilon), 1 - epsilon);
      if (f !== stated) clipped++;
      sum -= data.correct[i] === 1 ? Math.log(f) : Math.log1p(-f);
    }
    return sum / data.correct.length;
  });
  return { ...metric, epsilon, clipped };
}
