import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createPartitionLedger,
  type PartitionLedger,
} from '../../../../src/app/worker/partition-ledger.ts';
import { monitorHealth, type HealthMonitor } from '../../../../src/app/worker/worker-health.ts';
import { manualClock, type ManualClock } from '../../../support/manual-clock.ts';
import { fakeLease, recordOf, type FakeLease } from '../../../support/operator-fixture.ts';

interface Bench {
  readonly clock: ManualClock;
  readonly ledger: PartitionLedger;
  readonly monitor: HealthMonitor;
  readonly fake: FakeLease;
  readonly lease: FakeLease;
  readonly drain: AbortController;
  broker: 'there' | 'away';
}

/** A worker with one partition, whose broker says that it ends at 10. */
function bench(): Bench {
  const clock = manualClock();
  const ledger = createPartitionLedger(clock);
  const drain = new AbortController();
  const fake = fakeLease();
  const answer = <T>(value: T): Promise<T> =>
    made.broker === 'there' ? Promise.resolve(value) : Promise.reject(new Error('away'));
  const monitor = monitorHealth({
    ledger,
    broker: { bounds: () => answer({ earliest: 0n, end: 10n }), topics: () => answer(new Map()) },
    clock,
    groups: ['g'],
    stallMs: 60_000,
    drain: drain.signal,
  });
  const lease = ledger.enter('g', fake).lease as FakeLease;
  const made: Bench = { clock, ledger, monitor, fake, lease, drain, broker: 'there' };
  return made;
}

describe('monitorHealth', () => {
  it('is ready once the group is joined and the broker has answered', async () => {
    const { monitor } = bench();
    assert.equal(monitor.report().status, 'starting');
    assert.deepEqual(monitor.report().reasons, [
      'the broker has not answered yet',
      'the group g has not been joined yet',
    ]);
    monitor.joined('g');
    await monitor.probe();
    assert.deepEqual(monitor.report().reasons, []);
    assert.equal(monitor.report().status, 'ready');
  });

  it('is not ready while a partition is assigned and not owned', async () => {
    const { monitor, ledger, fake, clock } = bench();
    monitor.joined('g');
    await monitor.probe();
    ledger.assign(
      'g',
      [2, 3].map((partition) => ({ topic: 'questions', partition })),
    );
    clock.move(2000);
    assert.deepEqual(monitor.report().reasons, [
      'questions/3 is assigned but not owned yet, and has not moved for 2 s',
    ]);
    const [, notOwned] = monitor.report().partitions;
    assert.deepEqual([notOwned?.owned, notOwned?.nextOffset, notOwned?.lag], [false, null, null]);
    ledger.enter('g', { ...fake, partition: 3 });
    assert.equal(monitor.report().status, 'ready');
    fake.revoke();
    assert.equal(monitor.report().reasons.length, 2);
  });

  it('is ready where it is a member and was assigned nothing, and not while it joins again', async () => {
    const { monitor, ledger } = bench();
    ledger.assign('g', []);
    await monitor.probe();
    assert.deepEqual(monitor.report().reasons, ['the group g has not been joined yet']);
    monitor.joining('g');
    assert.deepEqual(monitor.report().reasons, ['the group g has not been joined yet']);
    monitor.joined('g');
    assert.equal(monitor.report().status, 'ready');
    monitor.joining('g');
    assert.equal(monitor.report().status, 'unready');
    assert.deepEqual(monitor.report().reasons, ['the group g is being joined again']);
  });

  it('is not ready where a partition is leased again and again, and nothing comes of it', async () => {
    const { monitor, ledger, clock, fake, lease } = bench();
    monitor.joined('g');
    ledger.assign('g', [{ topic: 'questions', partition: 2 }]);
    for (let i = 0; i < 4; i++) {
      ledger.enter('g', { ...fakeLease({ records: [recordOf(3, {})] }), revoked: fake.revoked });
      await lease.poll({ maxRecords: 1, waitMs: 0 });
      clock.move(20_000);
    }
    await monitor.probe();
    assert.deepEqual(monitor.report().reasons, ['questions/2 has not moved for 80 s']);
  });

  it('is not ready while the broker is away', async () => {
    const made = bench();
    made.monitor.joined('g');
    await made.monitor.probe();
    made.broker = 'away';
    made.clock.move(14_000);
    await made.monitor.probe();
    assert.equal(made.monitor.report().status, 'ready');
    made.clock.move(2000);
    await made.monitor.probe();
    const { status, reasons, brokerAgeMs } = made.monitor.report();
    assert.equal(status, 'unready');
    assert.deepEqual(reasons, ['the broker has not answered for 16 s']);
    assert.equal(brokerAgeMs, 16_000);
    made.broker = 'there';
    await made.monitor.probe();
    assert.equal(made.monitor.report().status, 'ready');
  });

  it('is ready while a slow broker is still being asked about other partitions', async () => {
    const clock = manualClock();
    const ledger = createPartitionLedger(clock);
    ledger.assign(
      'g',
      [0, 1, 2].map((partition) => ({ topic: 't', partition })),
    );
    for (const partition of [0, 1, 2]) ledger.enter('g', { ...fakeLease(), topic: 't', partition });
    const waiting: (() => void)[] = [];
    const monitor = monitorHealth({
      ledger,
      broker: {
        bounds: () =>
          new Promise((resolve) => {
            waiting.push(() => resolve({ earliest: 0n, end: 0n }));
          }),
        topics: () => Promise.resolve(new Map()),
      },
      clock,
      groups: [],
      stallMs: 60_000,
      drain: new AbortController().signal,
    });
    const probing = monitor.probe();
    for (const asked of [1, 2, 3]) {
      assert.equal(waiting.length, asked);
      clock.move(10_000);
      waiting.at(-1)?.();
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(monitor.report().brokerAgeMs, 0);
    }
    await probing;
    assert.equal(monitor.report().status, 'ready');
  });

  it('is not ready while a partition has records and does not move', async () => {
    const { monitor, clock, fake, lease } = bench();
    monitor.joined('g');
    fake.push(recordOf(3, {}));
    await lease.poll({ maxRecords: 1, waitMs: 0 });
    clock.move(61_000);
    // It looks for more, but nothing is committed.
    await lease.poll({ maxRecords: 1, waitMs: 0 });
    await monitor.probe();
    assert.deepEqual(monitor.report().reasons, ['questions/2 has not moved for 61 s']);
    await lease.commit({ nextOffset: 4n, records: [], state: new Map() });
    assert.equal(monitor.report().status, 'ready');
  });

  it('stays ready at the end of a partition, however long nothing comes', async () => {
    const { monitor, clock, lease } = bench();
    monitor.joined('g');
    for (let i = 0; i < 5; i++) {
      clock.move(50_000);
      await lease.poll({ maxRecords: 1, waitMs: 0 });
    }
    await monitor.probe();
    assert.equal(monitor.report().status, 'ready');
    const [partition] = monitor.report().partitions;
    assert.equal(partition?.lag, 0);
    assert.equal(partition.lastRecordAgeMs, null);
  });

  it('says lag and the age of the newest record', async () => {
    const { monitor, clock, fake, lease } = bench();
    fake.push(recordOf(3, {}, { timestampMs: clock.nowMs() - 5000 }));
    await lease.poll({ maxRecords: 1, waitMs: 0 });
    await lease.commit({ nextOffset: 4n, records: [], state: new Map() });
    await monitor.probe();
    clock.move(1000);
    assert.deepEqual(monitor.report().partitions, [
      {
        group: 'g',
        topic: 'questions',
        partition: 2,
        owned: true,
        nextOffset: 4,
        end: 10,
        lag: 6,
        atEnd: false,
        lastRecordAgeMs: 6000,
        idleMs: 1000,
      },
    ]);
  });

  it('says why a group was left, and that it stops', async () => {
    const { monitor, drain } = bench();
    monitor.joined('g');
    await monitor.probe();
    monitor.failed('g', 'was left: no connection');
    assert.deepEqual(monitor.report().reasons, ['the group g was left: no connection']);
    assert.equal(monitor.report().status, 'starting');
    drain.abort();
    assert.equal(monitor.report().status, 'draining');
  });
});
