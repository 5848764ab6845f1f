import { concatMap, type MonoTypeOperatorFunction } from 'rxjs';
import type { Tokenizer } from '../ports/tokenizer.ts';
import type { ScoreOrigin } from '../secl/score-of.ts';
import type { ScoringOptions } from '../secl/scoring-options.ts';
import { verbalizeAnswers } from '../secl/verbalize-answers.ts';
import { fromAbortable } from './from-abortable.ts';
import type { ScopedBatch } from './question-batch.ts';

/**
 * Asks the model, after each answer of a batch, how sure it is; of those that the adapter is on trial with, under the
 * adapter before, too.
 *
 *     source  --a-----|
 *     result  ----A---|
 *
 * State: none; the adapter in place is named by the batch. Unsubscribing cancels the model's work. Errors pass through.
 */
export function verbalizeBatches(
  tokenizer: Tokenizer,
  options: ScoringOptions,
  origin: ScoreOrigin,
): MonoTypeOperatorFunction<ScopedBatch> {
  return concatMap((batch) =>
    fromAbortable(async (signal) => ({
      ...batch,
      answers: await verbalizeAnswers(
        batch.scope,
        tokenizer,
        batch.answers,
        { ...options, trialQuestions: batch.trialQuestions },
        { ...origin, adapterVersion: batch.adapterVersion },
        signal,
      ),
    })),
  );
}
