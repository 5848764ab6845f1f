import type { AnswerStyle } from '../events/question.ts';
import type { Score, ScoreName } from '../events/score.ts';
import { combineSignals, type Mean } from './combine-signals.ts';
import { scoreValue } from './score-of.ts';

/** An answer's scores, and how it was asked for. */
export interface StyledScores {
  readonly scores: readonly Score[];
  readonly style: AnswerStyle;
}

/** Which scores become one number, and how. */
export interface JoinOptions<Name extends ScoreName> {
  readonly signals: readonly Name[];
  readonly mean: Mean;
  /** At least 0. @defaultValue 1 for each */
  readonly weightOf?: (name: Name) => number;
}

/**
 * One confidence of several scores of an answer. Of a choice, token certainty is left out beside answer probability: a
 * label has one wording, so its probability is all there is to know, and nothing is to be made up for.
 *
 * @returns In `[0, 1]`; `null` if a score is missing, or none has any weight. Source: ours.
 */
export function joinScores<Name extends ScoreName>(
  { scores, style }: StyledScores,
  { signals, mean, weightOf = () => 1 }: JoinOptions<Name>,
): number | null {
  const isExact = style === 'choice' && signals.some((name) => name === 'answerProbability');
  const weighted = [];
  for (const name of signals) {
    if (isExact && name === 'tokenCertainty') continue;
    const value = scoreValue(scores, name);
    if (value === null) return null;
    weighted.push({ value, weight: weightOf(name) });
  }
  return combineSignals(weighted, mean);
}
