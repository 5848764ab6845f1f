import type { ModelScope } from '../ports/language-model.ts';
import type { Tokenizer } from '../ports/tokenizer.ts';
import { judgeAnswers } from './judge-answers.ts';
import { proposeDistractors } from './propose-distractors.ts';
import type { ScoreOrigin } from './score-of.ts';
import type { ScoringOptions } from './scoring-options.ts';
import type { WrittenAnswer } from './work.ts';

/** Whether any score asked for needs the model to judge answers. */
export function needsJudging({ scores }: Pick<ScoringOptions, 'scores'>): boolean {
  return scores.includes('pTrue') || scores.includes('normalizedPTrue');
}

/**
 * Adds P(True) and NormPTrue, whichever are asked for: distractors are proposed for NormPTrue alone, and
 * nothing is computed where neither is wanted.
 *
 * @throws SeclError `CANCELLED` if the signal fired.
 */
export async function scoreByJudging(
  scope: ModelScope,
  tokenizer: Tokenizer,
  answers: readonly WrittenAnswer[],
  options: ScoringOptions,
  origin: ScoreOrigin,
  signal?: AbortSignal,
): Promise<readonly WrittenAnswer[]> {
  if (!needsJudging(options)) return answers;
  const rivalled = options.scores.includes('normalizedPTrue')
    ? await proposeDistractors(scope, tokenizer, answers, options, signal)
    : answers;
  return judgeAnswers(scope, tokenizer, rivalled, options, origin, signal);
}
