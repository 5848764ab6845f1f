import { precondition } from '../errors/secl-error.ts';

/**
 * How signals become one number. `noisy-or`: the chance that not all of them are wrong, were they independent.
 * `graded-noisy-or`: between the arithmetic mean and that, the nearer to it the higher it is. Signals that count every
 * other wording as doubt (answer probability, token certainty) are too low where the model knows something, and right
 * where it knows nothing.
 */
export const MEANS = ['arithmetic', 'geometric', 'noisy-or', 'graded-noisy-or'] as const;

/** One of {@link MEANS}. */
export type Mean = (typeof MEANS)[number];

/** A confidence with its weight. */
export interface WeightedSignal {
  /** In `[0, 1]`. */
  readonly value: number;
  /** At least 0. */
  readonly weight: number;
}

/**
 * One confidence of several: `Σ wᵢsᵢ / Σ wᵢ`; or `exp(Σ wᵢ ln sᵢ / Σ wᵢ)`, which is 0 as soon as one that has any
 * weight is; or `n = 1 − Π (1 − sᵢ)^wᵢ`; or `n² + (1 − n)·a`, `a` being the first.
 *
 * @returns In `[0, 1]`, or `null` if no signal has any weight. Source: ours.
 * @throws SeclError `PRECONDITION` for a value that is no fraction or a negative weight.
 */
export function combineSignals(signals: readonly WeightedSignal[], mean: Mean): number | null {
  for (const { value, weight } of signals) {
    precondition(value >= 0 && value <= 1, `not a fraction: ${value}`);
    precondition(weight >= 0 && Number.isFinite(weight), `not a weight: ${weight}`);
  }
  const acting = signals.filter(({ weight }) => weight > 0);
  const total = acting.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return null;
  const sum = (of: (value: number) => number): number =>
    acting.reduce((acc, { value, weight }) => acc + weight * of(value), 0);
  const arithmetic = sum((value) => value) / total;
  const noisyOr = 1 - Math.exp(sum((value) => Math.log(1 - value)));
  const combined = {
    arithmetic,
    geometric: Math.exp(sum(Math.log) / total),
    'noisy-or': noisyOr,
    'graded-noisy-or': noisyOr * noisyOr + (1 - noisyOr) * arithmetic,
  }[mean];
  // Rounding may step over the edge.
  return Math.min(1, Math.max(0, combined));
}
