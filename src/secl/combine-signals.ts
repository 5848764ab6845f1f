import { precondition } from '../errors/secl-error.ts';

/** How signals become one number. */
export const MEANS = ['arithmetic', 'geometric'] as const;

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
 * The weighted mean of confidences: `Σ wᵢsᵢ / Σ wᵢ`, or `exp(Σ wᵢ ln sᵢ / Σ wᵢ)`, which is 0 as soon as one that
 * has any weight is.
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
  const sum = acting.reduce(
    (acc, { value, weight }) => acc + weight * (mean === 'arithmetic' ? value : Math.log(value)),
    0,
  );
  const combined = mean === 'arithmetic' ? sum / total : Math.exp(sum / total);
  // Rounding may step over the edge.
  return Math.min(1, Math.max(0, combined));
}
