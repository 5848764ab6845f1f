import { concatMap, finalize, from, map, type MonoTypeOperatorFunction } from 'rxjs';
import type { Credit } from './credit.ts';
import type { PublishedBatch } from './publish-answers.ts';

/**
 * Commits each batch, one transaction after the other, passes it on once it is durable, and gives its
 * permit back to the source. The terminal operator: nothing upstream of it writes.
 *
 *     source  --a-b-----|
 *     result  -----a--b-|
 *
 * State: none. A failed commit is an error notification; nothing of that batch or a later one was written.
 */
export function commitBatches(credit: Credit): MonoTypeOperatorFunction<PublishedBatch> {
  return concatMap((batch) =>
    from(batch.lease.commit(batch.commit)).pipe(
      map(() => batch),
      finalize(() => {
        credit.give();
      }),
    ),
  );
}
