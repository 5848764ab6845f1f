import type { TokenCandidate } from '../ports/language-model.ts';

/**
 * The most probable tokens, best first; ties by lower id.
 *
 * @param logits - Shape `[V]`. Not mutated.
 * @param logNormalizer - Logarithm of the sum of their exponentials.
 * @param count - How many, from 0; more than V gives V.
 * @remarks One scan, and an insertion into a short list for each logit that beats the worst kept one.
 */
export function topCandidates(
  logits: Float32Array,
  logNormalizer: number,
  count: number,
): TokenCandidate[] {
  const ids: number[] = [];
  const values: number[] = [];
  if (count === 0) return [];
  let worst = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    const value = logits[id] as number;
    if (ids.length === count && !(value > worst)) continue;
    let at = ids.length < count ? ids.length : count - 1;
    while (at > 0 && (values[at - 1] as number) < value) {
      ids[at] = ids[at - 1] as number;
      values[at] = values[at - 1] as number;
      at--;
    }
    ids[at] = id;
    values[at] = value;
    if (ids.length === count) worst = values[count - 1] as number;
  }
  return ids.map((id, i) => ({ id, logProbability: (values[i] as number) - logNormalizer }));
}

/** The id of the largest logit; the lowest one of several. −1 if every logit is NaN. */
export function largestLogit(logits: Float32Array): number {
  let best = -1;
  let most = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    const value = logits[id] as number;
    if (value > most) {
      most = value;
      best = id;
    }
  }
  return best;
}
