import { precondition } from '../errors/secl-error.ts';

/** Bins of the verbalized scale: one a digit. */
export const CONFIDENCE_BINS = 10;

/** A verbalized confidence as read from the distribution over digits. */
export interface VerbalizedConfidence {
  /** `Σ_d p(d)·(d + 0.5)/10`, in `[0.05, 0.95]`. */
  readonly confidence: number;
  /** Mass on the ten digits before they were renormalised, in `[0, 1]`. */
  readonly mass: number;
  /** Renormalised probability per digit, shape `[10]`. */
  readonly digits: readonly number[];
}

/**
 * Expected confidence over the ten digit tokens. Nothing is sampled.
 *
 * @param logProbabilities - Natural log probability of the digits 0 to 9 as next token, shape `[10]`.
 * @returns The confidence, or `null` if no digit has any mass or a number is NaN. Source: ours (ten bins, their midpoints);
 *   the idea of verbalized confidence: Lin et al. 2022, arXiv 2205.14334; Tian et al. 2023, arXiv 2305.14975.
 * @throws SeclError `PRECONDITION` unless there are ten numbers.
 */
export function verbalizedConfidence(
  logProbabilities: readonly number[],
): VerbalizedConfidence | null {
  precondition(logProbabilities.length === CONFIDENCE_BINS, 'there are ten digits');
  const highest = Math.max(...logProbabilities);
  if (!Number.isFinite(highest)) return null;
  // Shifted by the highest: digits of tiny mass keep their proportions.
  const weights = logProbabilities.map((value) => Math.exp(value - highest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const digits = weights.map((weight) => weight / total);
  const confidence = digits.reduce((sum, p, d) => sum + (p * (d + 0.5)) / CONFIDENCE_BINS, 0);
  return { confidence, mass: Math.min(1, Math.exp(highest) * total), digits };
}

/**
 * The digit that tells the model how probable its answer was: `min(9, ⌊10 × probability⌋)`.
 *
 * @param probability - A fraction in `[0, 1]`.
 * @returns An integer from 0 to 9. Source: ours.
 */
export function evidenceDigit(probability: number): number {
  precondition(probability >= 0 && probability <= 1, `not a fraction: ${probability}`);
  return Math.min(CONFIDENCE_BINS - 1, Math.floor(CONFIDENCE_BINS * probability));
}
