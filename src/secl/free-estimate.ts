import type { AnswerStyle } from '../events/question.ts';
import type { ScoreName } from '../events/score.ts';
import { combineSignals } from './combine-signals.ts';
import { scoreValue } from './score-of.ts';
import type { WrittenAnswer } from './work.ts';

/** Whether a signal says something of an answer of this style that others do not say better. */
export function isHeard(
  name: ScoreName,
  signals: readonly ScoreName[],
  style: AnswerStyle,
): boolean {
  // A choice has one wording: the probability of its label is all there is to know, and nothing is to be made up for.
  const isExact = style === 'choice' && signals.includes('answerProbability');
  return !(isExact && name === 'tokenCertainty');
}

const FREE = ['answerProbability', 'tokenCertainty'] as const;

/**
 * What the answer's own tokens say of how likely it is to be right, without asking the model again: the tempered
 * noisy-or of answer probability and token certainty; of a choice, its probability.
 *
 * @returns In `[0, 1]`; `null` if a score is missing. Source: ours.
 */
export function freeEstimate({
  scores,
  question,
}: Pick<WrittenAnswer, 'scores' | 'question'>): number | null {
  const signals = [];
  for (const name of FREE.filter((name) => isHeard(name, FREE, question.style))) {
    const value = scoreValue(scores, name);
    if (value === null) return null;
    signals.push({ value, weight: 1 });
  }
  return combineSignals(signals, 'tempered-noisy-or');
}
