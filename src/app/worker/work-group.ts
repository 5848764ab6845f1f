import {
  catchError,
  defer,
  EMPTY,
  finalize,
  from,
  ignoreElements,
  merge,
  mergeMap,
  retry,
  takeUntil,
  tap,
  throwError,
  timer,
  type Observable,
} from 'rxjs';
import { isRetryable, SeclError } from '../../errors/secl-error.ts';
import type { Broker, ConsumerGroup, PartitionLease } from '../../ports/broker.ts';
import { fired } from './fired.ts';
import type { PartitionLedger } from './partition-ledger.ts';

/** What {@link workGroup} does. */
export interface WorkGroupOptions<T> {
  readonly broker: Pick<Broker, 'join'>;
  readonly groupId: string;
  readonly topic: string;
  readonly ledger: PartitionLedger;
  /** The work on one partition, from committed state on. Ends by itself once `drain` fires. */
  readonly work: (lease: PartitionLease) => Observable<T>;
  /** Takes no further partition. */
  readonly drain: AbortSignal;
  /** Told when it has become a member of the group, or is none any more and joins again. */
  readonly onMembership: (isMember: boolean) => void;
  /** Told what went wrong where it is tried again. */
  readonly onRetry: (error: unknown, waitMs: number) => void;
}

/** Between tries while the broker is away: it doubles from the first to the last. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/**
 * Works on every partition that a group assigns, each on its own. One that is taken away is dropped at once, with
 * what was under way. After an error that may pass the group is left and joined again, later each time; any other
 * one ends it all.
 *
 *     leases  --p0--p1-------
 *     result  ----a--b-a-b---   until each partition's work has ended after `drain`
 */
export function workGroup<T>(options: WorkGroupOptions<T>): Observable<T> {
  const { broker, groupId, topic, ledger, work, drain, onMembership, onRetry } = options;
  return defer(() => {
    if (drain.aborted) return EMPTY;
    return from(broker.join(groupId, [topic])).pipe(
      mergeMap((group) =>
        merge(membership(group), leasesUntil(group, drain).pipe(mergeMap(onLease))).pipe(
          finalize(() => {
            // What was committed is committed; a broker that is gone needs no goodbye.
            group.leave().catch(() => undefined);
          }),
        ),
      ),
    );
  }).pipe(
    retry({
      resetOnSuccess: true,
      delay: (error: unknown, count) => {
        if (!isRetryable(error) || drain.aborted) return throwError(() => error);
        const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (count - 1));
        onRetry(error, waitMs);
        return timer(waitMs).pipe(takeUntil(fired(drain)));
      },
    }),
    finalize(() => {
      ledger.assign(groupId, []);
    }),
  );

  /** Enters what is assigned into the ledger, before anything of it is owned; emits nothing. */
  function membership(group: ConsumerGroup): Observable<never> {
    return group.assigned$.pipe(
      tap((places) => {
        if (places !== null) ledger.assign(groupId, places);
        onMembership(places !== null);
      }),
      ignoreElements(),
      takeUntil(fired(drain)),
    );
  }

  function onLease(lease: PartitionLease): Observable<T> {
    return defer(() => {
      const entry = ledger.enter(groupId, lease);
      return work(entry.lease).pipe(
        finalize(() => {
          entry.letGo();
        }),
      );
    }).pipe(
      catchError((error: unknown) => {
        const given = lease.revoked.aborted || (drain.aborted && isCancelled(error));
        return given ? EMPTY : throwError(() => error);
      }),
      takeUntil(fired(lease.revoked)),
    );
  }
}

/** The leases of a group until the worker stops; those held already are worked off. */
function leasesUntil(group: ConsumerGroup, drain: AbortSignal): Observable<PartitionLease> {
  return group.leases$.pipe(takeUntil(fired(drain)));
}

/** Whether work was given up because the worker stops. */
function isCancelled(error: unknown): boolean {
  return error instanceof SeclError && error.code === 'CANCELLED';
}
