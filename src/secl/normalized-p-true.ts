import { precondition } from '../errors/secl-error.ts';

/**
 * How P(True) is normalised over the answer's rivals.
 *
 * - `total-above-one`: divide by the total only where it exceeds 1 (DINCO's rule).
 * - `total`: always divide by the total.
 * - `dinco-self`: as `total-above-one`, with weights that the same model gave by judging entailment.
 */
export const NORMALIZATIONS = ['total-above-one', 'total', 'dinco-self'] as const;

/** One of {@link NORMALIZATIONS}. */
export type Normalization = (typeof NORMALIZATIONS)[number];

/** A rival answer's P(True) and how far it counts. */
export interface WeightedPTrue {
  /** In `[0, 1]`. */
  readonly pTrue: number;
  /** In `[0, 1]`: small where it does not contradict the answer, or repeats another rival. */
  readonly weight: number;
}

/**
 * NormPTrue: P(True) of the answer, cut down by the P(True) of the rivals that the model proposed itself.
 *
 * `PTrue(a) / max(1, PTrue(a) + Σ_k w_k·PTrue(d_k))`; with `total` the maximum with 1 is left out.
 * A model that says True to everything is cut down; one whose total stays below 1 is left alone.
 *
 * @param answer - P(True) of the answer, in `[0, 1]`.
 * @param rivals - Its distractors; may be empty.
 * @returns A fraction in `[0, 1]`; `null` under `total` when all are 0.
 *   Source: DINCO, arXiv 2509.25532.
 * @throws SeclError `PRECONDITION` if a number is not in `[0, 1]`.
 */
export function normalizedPTrue(
  answer: number,
  rivals: readonly WeightedPTrue[],
  normalization: Normalization = 'total-above-one',
): number | null {
  const isFraction = (x: number): boolean => x >= 0 && x <= 1;
  precondition(isFraction(answer), `P(True) is a fraction, got ${answer}`);
  precondition(
    rivals.every((rival) => isFraction(rival.pTrue) && isFraction(rival.weight)),
    'P(True) and weight of a distractor are fractions',
  );
  const total = rivals.reduce((sum, rival) => sum + rival.weight * rival.pTrue, answer);
  if (normalization !== 'total') return answer / Math.max(1, total);
  return total === 0 ? null : answer / total;
}

/**
 * DINCO's weight of each distractor: how far it contradicts the answer, over how often it is said.
 *
 * `w_k = c_k / (1 + Σ_{j≠k} e_jk)` with `c_k` the contradiction probability between the answer and
 * distractor k, averaged over both directions, and `e_jk` the probability that distractors j and k entail
 * each other.
 *
 * @param contradiction - `c_k` per distractor, shape `[K]`, in `[0, 1]`.
 * @param entailment - `e_jk`, shape `[K][K]`, in `[0, 1]`; the diagonal is not read.
 * @returns Weights in `[0, 1]`, shape `[K]`. Source: DINCO, arXiv 2509.25532.
 */
export function dincoWeights(
  contradiction: readonly number[],
  entailment: readonly (readonly number[])[],
): number[] {
  return contradiction.map((c, k) => {
    const degree = entailment.reduce(
      (sum, row, j) =>
        j === k ? sum : sum + ((row[k] as number) + (entailment[k]?.[j] as number)) / 2,
      1,
    );
    return c / degree;
  });
}
