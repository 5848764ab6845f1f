import { concatMap, defer, finalize, from, map, of, type OperatorFunction } from 'rxjs';
import type { LanguageModel } from '../ports/language-model.ts';
import type { TokenIds } from '../ports/tokenizer.ts';
import type { AnsweredBatch, PlannedBatch, ScopedBatch } from './question-batch.ts';

/**
 * Runs each batch through `stages` within a model scope of its own, one batch after the other, and closes
 * the scope whatever happens: completion, error, or unsubscription half way.
 *
 *     source  --a--b----|
 *     result  -----A--B-|    A: a after all stages
 *
 * A batch without a single question that can be asked passes without a scope. Batches wait their turn
 * here; the number in flight is bounded at the source.
 *
 * @param sharedPrefixes - Instructions that recur in every batch.
 */
export function inScope(
  model: LanguageModel,
  sharedPrefixes: readonly TokenIds[],
  stages: OperatorFunction<ScopedBatch, ScopedBatch>,
): OperatorFunction<PlannedBatch, AnsweredBatch> {
  return concatMap((batch) => {
    if (batch.planned.length === 0) return of({ ...batch, answers: [] });
    return defer(() => {
      const opening = model.openScope(sharedPrefixes);
      return from(opening).pipe(
        map((scope): ScopedBatch => ({ ...batch, scope, answers: [] })),
        stages,
        map(({ scope: _, ...answered }): AnsweredBatch => answered),
        finalize(() => {
          // Closing only frees memory; if the model is gone, there is nothing left to free.
          opening.then((scope) => scope.close()).catch(() => undefined);
        }),
      );
    });
  });
}
