import { joinScores } from './join-scores.ts';
import type { WrittenAnswer } from './work.ts';

/**
 * What the answer's own tokens say of how likely it is to be right, without asking the model again: the graded
 * noisy-or of answer probability and token certainty; of a choice, its probability.
 *
 * @returns In `[0, 1]`; `null` if a score is missing. Source: ours.
 */
export function freeEstimate({
  scores,
  question: { style },
}: Pick<WrittenAnswer, 'scores' | 'question'>): number | null {
  return joinScores(
    { scores, style },
    { signals: ['answerProbability', 'tokenCertainty'], mean: 'graded-noisy-or' },
  );
}
