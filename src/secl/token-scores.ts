import { precondition } from '../errors/secl-error.ts';
import type { TokenTrace } from '../ports/language-model.ts';

/** How many of the highest token entropies {@link tokenCertainty} looks at. Source: ours, measured in trials. */
export const TOKEN_CERTAINTY_TOP = 4;

/**
 * Probability of the whole answer: the product of its tokens' probabilities, end token left out.
 *
 * `exp(Σ_t ln p_t)`. Falls with length: of a reasoned answer of 200 tokens it mostly counts tokens.
 *
 * @param logProbabilities - Natural log probability per token, shape `[T]`. Not mutated.
 * @returns A fraction in `[0, 1]`, or `null` for an empty answer (there is nothing it could be the probability of) and
 *   where a number is not one.
 * @throws SeclError `PRECONDITION` if a log probability is above 0.
 */
export function answerProbability(logProbabilities: readonly number[]): number | null {
  if (logProbabilities.length === 0) return null;
  let sum = 0;
  for (const value of logProbabilities) {
    if (Number.isNaN(value)) return null;
    precondition(value <= 1e-6, `a log probability is at most 0, got ${value}`);
    sum += value;
  }
  return Math.min(1, Math.exp(sum));
}

/**
 * Certainty of an answer by its least certain tokens: `exp(−mean of the min(4, T) highest entropies)`.
 *
 * Serves short and long answers alike, since it does not fall with length.
 *
 * @param entropiesNats - Entropy per token in nats, shape `[T]`, end token left out. Not mutated.
 * @param top - How many of the highest count. @defaultValue 4
 * @returns A fraction in `(0, 1]`, or `null` for an empty answer or an entropy that is not finite. Source: ours.
 */
export function tokenCertainty(
  entropiesNats: readonly number[],
  top: number = TOKEN_CERTAINTY_TOP,
): number | null {
  precondition(Number.isInteger(top) && top >= 1, `top is a positive integer, got ${top}`);
  if (entropiesNats.length === 0 || !entropiesNats.every(Number.isFinite)) return null;
  const highest = entropiesNats.toSorted((a, b) => b - a).slice(0, top);
  // An entropy can come out as −1e-9 in floating point; certainty stays a fraction.
  return Math.min(1, Math.exp(-highest.reduce((sum, h) => sum + h, 0) / highest.length));
}

/**
 * Mean entropy of an answer's tokens, the drift gate's first statistic.
 *
 * @returns Nats per token, or `null` for an empty answer or an entropy that is not finite.
 */
export function meanEntropyNats(tokens: readonly TokenTrace[]): number | null {
  const mean = tokens.reduce((sum, token) => sum + token.entropyNats, 0) / tokens.length;
  return Number.isFinite(mean) ? mean : null;
}
