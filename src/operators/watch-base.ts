import { concatMap, of, type MonoTypeOperatorFunction } from 'rxjs';
import type { LanguageModel } from '../ports/language-model.ts';
import type { TokenIds } from '../ports/tokenizer.ts';
import { fromAbortable } from './from-abortable.ts';
import type { PlannedBatch } from './question-batch.ts';

/**
 * Computes the hidden states of a batch's questions on base weights, in a scope of their own, where an adapter is in
 * place that acts on answers: it moves their hidden states, and at every swap the gate would see a change of the
 * stream. Without an adapter the answers' own serve, and a batch passes untouched.
 *
 *     source  --a-----|
 *     result  ---A----|
 *
 * State: none. Unsubscribing cancels the model's work. Errors pass through.
 *
 * @param sharedPrefixes - Instructions that recur in every batch.
 */
export function watchBase(
  model: Pick<LanguageModel, 'openScope'>,
  sharedPrefixes: readonly TokenIds[],
): MonoTypeOperatorFunction<PlannedBatch> {
  return concatMap((batch) => {
    if (batch.adapterVersion === 0 || batch.planned.length === 0) return of(batch);
    return fromAbortable(async (signal): Promise<PlannedBatch> => {
      const scope = await model.openScope(sharedPrefixes);
      try {
        const results = await scope.next(
          batch.planned.map(({ plan }) => ({ prompt: plan.promptIds, tokens: [], hidden: true })),
          signal,
        );
        return {
          ...batch,
          baseStates: results.map(({ hidden, ledger }) => ({ hidden, computed: ledger.computed })),
        };
      } finally {
        await scope.close();
      }
    });
  });
}
