import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BehaviorSubject,
  lastValueFrom,
  map,
  NEVER,
  Subject,
  throwError,
  timer,
  toArray,
} from 'rxjs';
import { createPartitionLedger } from '../../../../src/app/worker/partition-ledger.ts';
import { workGroup, type WorkGroupOptions } from '../../../../src/app/worker/work-group.ts';
import { SeclError } from '../../../../src/errors/secl-error.ts';
import type { PartitionLease, PartitionPlace } from '../../../../src/ports/broker.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { fakeLease } from '../../../support/operator-fixture.ts';

/** A group whose leases a test hands out. */
function bench(work: WorkGroupOptions<number>['work']) {
  const drain = new AbortController();
  const events: string[] = [];
  const joins: Subject<PartitionLease>[] = [];
  const assigned$ = new BehaviorSubject<readonly PartitionPlace[] | null>(null);
  const ledger = createPartitionLedger(manualClock());
  const result = lastValueFrom(
    workGroup({
      broker: {
        join: () => {
          const leases$ = new Subject<PartitionLease>();
          joins.push(leases$);
          const leave = (): Promise<void> => {
            events.push('left');
            return Promise.resolve();
          };
          return Promise.resolve({ assigned$, leases$, leave });
        },
      },
      groupId: 'g',
      topic: 't',
      ledger,
      work,
      drain: drain.signal,
      onMembership: (isMember) => events.push(isMember ? 'member' : 'joining'),
      onRetry: (_, waitMs) => events.push(`retry after ${waitMs}`),
    }).pipe(toArray()),
  );
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { drain, events, joins, assigned$, ledger, result, turn };
}

describe('workGroup', () => {
  it('works on every lease, and ends when drained and all work has', async () => {
    const { drain, events, joins, result, turn } = bench(() => timer(5).pipe(map(() => 1)));
    await turn();
    joins[0]?.next(fakeLease());
    joins[0]?.next(fakeLease());
    drain.abort();
    joins[0]?.next(fakeLease());
    assert.deepEqual(await result, [1, 1]);
    assert.deepEqual(events, ['joining', 'left']);
  });

  it('drops a partition that is taken away, with whatever error its work ends in', async () => {
    const { drain, joins, ledger, result, turn } = bench(() => NEVER);
    await turn();
    const lease = fakeLease();
    joins[0]?.next(lease);
    assert.equal(ledger.standings().length, 1);
    lease.revoke();
    assert.equal(ledger.standings()[0]?.owned, false);
    drain.abort();
    assert.deepEqual(await result, []);
    assert.deepEqual(ledger.standings(), []);
  });

  it('enters what is assigned into the ledger, and tells whether it is a member', async () => {
    const { drain, events, joins, assigned$, ledger, result, turn } = bench(() => NEVER);
    await turn();
    assert.deepEqual(events, ['joining']);
    const places = [2, 3].map((partition) => ({ topic: 'questions', partition }));
    assigned$.next(places);
    const lease = fakeLease();
    joins[0]?.next(lease);
    const at = (): unknown => ledger.standings().map(({ partition, owned }) => [partition, owned]);
    assert.deepEqual(at(), [
      [2, true],
      [3, false],
    ]);
    // While it joins again nobody knows better.
    assigned$.next(null);
    assert.equal(ledger.standings().length, 2);
    assigned$.next([]);
    assert.deepEqual(at(), []);
    assert.deepEqual(events, ['joining', 'member', 'joining', 'member']);
    lease.revoke();
    drain.abort();
    assert.deepEqual(await result, []);
  });

  it('leaves and joins again after what may pass, and fails with anything else', async () => {
    const errors = [
      new SeclError('BROKER_CLOSED', 'away', { retryable: true }),
      new SeclError('STATE_MISMATCH', 'another one'),
    ];
    const { events, joins, result, turn } = bench(() => throwError(() => errors.shift()));
    await turn();
    joins[0]?.next(fakeLease());
    for (let i = 0; i < 100 && joins.length < 2; i++) await new Promise((r) => setTimeout(r, 20));
    assert.deepEqual(events, ['joining', 'retry after 500', 'left', 'joining']);
    joins[1]?.next(fakeLease());
    await expectFailure(result, 'STATE_MISMATCH');
  });

  it('takes work that was given up because it stops for no failure', async () => {
    const stop = new Subject<never>();
    const { drain, joins, result, turn } = bench(() => stop);
    await turn();
    joins[0]?.next(fakeLease());
    drain.abort();
    stop.error(new SeclError('CANCELLED', 'nobody waits'));
    assert.deepEqual(await result, []);
  });
});
