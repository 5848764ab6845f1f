import { concatMap, of, type MonoTypeOperatorFunction } from 'rxjs';
import type { Tokenizer } from '../ports/tokenizer.ts';
import { judgeAnswers } from '../secl/judge-answers.ts';
import { proposeDistractors } from '../secl/propose-distractors.ts';
import type { ScoreOrigin } from '../secl/score-of.ts';
import type { ScoringOptions } from '../secl/scoring-options.ts';
import { fromAbortable } from './from-abortable.ts';
import type { ScopedBatch } from './question-batch.ts';

/**
 * Scores a batch's answers with P(True) and NormPTrue. Passes a batch on untouched where neither is asked for.
 *
 *     source  --a-----|
 *     result  -----A--|
 *
 * State: none. Unsubscribing cancels the model's work. Errors pass through.
 */
export function judgeBatches(
  tokenizer: Tokenizer,
  options: ScoringOptions,
  origin: ScoreOrigin,
): MonoTypeOperatorFunction<ScopedBatch> {
  const normalized = options.scores.includes('normalizedPTrue');
  const judged = normalized || options.scores.includes('pTrue');
  return concatMap((batch) =>
    judged
      ? fromAbortable(async (signal) => {
          const { scope } = batch;
          const proposed = normalized
            ? await proposeDistractors(scope, tokenizer, batch.answers, options, signal)
            : batch.answers;
          const answers = await judgeAnswers(scope, tokenizer, proposed, options, origin, signal);
          return { ...batch, answers };
        })
      : of(batch),
  );
}
