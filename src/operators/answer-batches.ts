import { concatMap, type MonoTypeOperatorFunction } from 'rxjs';
import type { Tokenizer } from '../ports/tokenizer.ts';
import { freeScores } from '../secl/free-scores.ts';
import type { ScoreOrigin } from '../secl/score-of.ts';
import type { ScoringOptions } from '../secl/scoring-options.ts';
import { writeAnswers } from '../secl/write-answers.ts';
import { fromAbortable } from './from-abortable.ts';
import type { ScopedBatch } from './question-batch.ts';

/**
 * Answers a batch's questions on base weights and adds the scores that come for free.
 *
 *     source  --a-----|
 *     result  -----A--|
 *
 * State: none. Unsubscribing cancels the model's work. Errors pass through.
 */
export function answerBatches(
  tokenizer: Tokenizer,
  options: Pick<ScoringOptions, 'maxTokens' | 'maxPromptTokens' | 'scores'>,
  origin: ScoreOrigin,
): MonoTypeOperatorFunction<ScopedBatch> {
  return concatMap((batch) =>
    fromAbortable(async (signal) => {
      const plans = batch.planned.map((item) => item.plan);
      const answers = await writeAnswers(batch.scope, tokenizer, plans, options, signal);
      // Evidence and the gate read the free scores, so they are there whether or not they are published.
      return {
        ...batch,
        answers: answers.map((answer) => ({ ...answer, scores: freeScores(answer, origin) })),
      };
    }),
  );
}
