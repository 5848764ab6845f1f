import { concatMap, of, type MonoTypeOperatorFunction } from 'rxjs';
import type { Tokenizer } from '../ports/tokenizer.ts';
import { needsJudging, scoreByJudging } from '../secl/score-by-judging.ts';
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
  return concatMap((batch) =>
    needsJudging(options)
      ? fromAbortable(async (signal) => {
          const { scope, answers } = batch;
          const judged = await scoreByJudging(scope, tokenizer, answers, options, origin, signal);
          return { ...batch, answers: judged };
        })
      : of(batch),
  );
}
