import {
  concatMap,
  defer,
  finalize,
  from,
  identity,
  map,
  of,
  type MonoTypeOperatorFunction,
  type Observable,
  type OperatorFunction,
} from 'rxjs';
import type { LanguageModel, ScopeOptions } from '../ports/language-model.ts';
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
 * @param prepare - Runs before a batch's scope is opened, when the batch before is through its stages: the place
 *   to put an adapter in place.
 * @param options - How scopes are opened.
 */
export function inScope(
  model: Pick<LanguageModel, 'openScope'>,
  sharedPrefixes: readonly TokenIds[],
  stages: OperatorFunction<ScopedBatch, ScopedBatch>,
  prepare: MonoTypeOperatorFunction<PlannedBatch> = identity,
  options: ScopeOptions = {},
): OperatorFunction<PlannedBatch, AnsweredBatch> {
  return concatMap((planned) =>
    of(planned).pipe(
      prepare,
      concatMap((batch): Observable<AnsweredBatch> => {
        if (batch.planned.length === 0) return of({ ...batch, answers: [] });
        return defer(() => {
          const opening = model.openScope(sharedPrefixes, options);
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
      }),
    ),
  );
}
