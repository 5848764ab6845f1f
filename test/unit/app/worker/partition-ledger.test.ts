import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPartitionLedger } from '../../../../src/app/worker/partition-ledger.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { fakeLease, recordOf } from '../../../support/operator-fixture.ts';

const commit = { records: [], state: new Map<string, Uint8Array | null>() };

describe('createPartitionLedger', () => {
  it('follows what is read and what is committed', async () => {
    const clock = manualClock();
    const ledger = createPartitionLedger(clock);
    const fake = fakeLease({ records: [recordOf(4, {}, { timestampMs: 77 })] });
    const { lease, letGo } = ledger.enter('g', fake);
    const at = (): unknown => {
      const [standing] = ledger.standings();
      return [standing?.nextOffset, standing?.atEnd, standing?.lastRecordMs];
    };
    assert.deepEqual(at(), [0n, false, null]);
    await lease.poll({ maxRecords: 9, waitMs: 0 });
    assert.deepEqual(at(), [0n, false, 77]);
    // Nothing more to read, but what was read is not committed yet.
    await lease.poll({ maxRecords: 9, waitMs: 0 });
    assert.deepEqual(at(), [0n, false, 77]);
    await lease.commit({ ...commit, nextOffset: 5n });
    await lease.poll({ maxRecords: 9, waitMs: 0 });
    assert.deepEqual(at(), [5n, true, 77]);
    assert.equal(fake.commits.length, 1);
    letGo();
    const [{ owned, nextOffset, atEnd } = assert.fail()] = ledger.standings();
    assert.deepEqual([owned, nextOffset, atEnd], [false, 5n, false]);
  });

  it('says when something moved last: a commit, or a look that found the end; to read is no progress', async () => {
    const clock = manualClock();
    const ledger = createPartitionLedger(clock);
    const fake = fakeLease();
    const { lease } = ledger.enter('g', fake);
    const startedMs = clock.monotonicMs();
    const movedAfter = (): number => (ledger.standings()[0]?.movedMs ?? NaN) - startedMs;
    clock.move(10);
    await lease.poll({ maxRecords: 1, waitMs: 0 });
    assert.equal(movedAfter(), 10);
    fake.push(recordOf(0, {}));
    clock.move(10);
    await lease.poll({ maxRecords: 1, waitMs: 0 });
    assert.equal(movedAfter(), 10);
    clock.move(10);
    // The record is under way: an empty look is no progress either.
    await lease.poll({ maxRecords: 1, waitMs: 0 });
    assert.equal(movedAfter(), 10);
    clock.move(10);
    await lease.commit({ ...commit, nextOffset: 1n });
    assert.equal(movedAfter(), 40);
  });

  it('knows a partition from its assignment on, owned or not, until another one goes without it', () => {
    const clock = manualClock();
    const ledger = createPartitionLedger(clock);
    const startedMs = clock.monotonicMs();
    const places = (...partitions: readonly number[]) =>
      partitions.map((partition) => ({ topic: 'questions', partition }));
    ledger.assign('g', places(2, 3));
    ledger.assign('other', places(2));
    const at = (): unknown =>
      ledger
        .standings()
        .map((each) => [each.groupId, each.partition, each.owned, each.movedMs - startedMs]);
    clock.move(10);
    ledger.enter('g', fakeLease());
    assert.deepEqual(at(), [
      ['g', 2, true, 0],
      ['g', 3, false, 0],
      ['other', 2, false, 0],
    ]);
    assert.equal(ledger.standings()[1]?.nextOffset, null);
    ledger.assign('g', places(2, 4));
    assert.deepEqual(at(), [
      ['g', 2, true, 0],
      ['g', 4, false, 10],
      ['other', 2, false, 0],
    ]);
    ledger.assign('g', []);
    assert.deepEqual(at(), [['other', 2, false, 0]]);
  });

  it('takes a new lease for no progress, unless somebody has committed meanwhile', async () => {
    const clock = manualClock();
    const ledger = createPartitionLedger(clock);
    const startedMs = clock.monotonicMs();
    const movedAfter = (): number => (ledger.standings()[0]?.movedMs ?? NaN) - startedMs;
    ledger.assign('g', [{ topic: 'questions', partition: 2 }]);
    const first = fakeLease();
    const { lease } = ledger.enter('g', first);
    clock.move(10);
    first.revoke();
    assert.equal(ledger.standings()[0]?.owned, false);
    ledger.enter('g', fakeLease());
    assert.deepEqual([ledger.standings()[0]?.owned, movedAfter()], [true, 0]);
    // The one before has lost its say, even if what it had sent came through.
    await lease.commit({ ...commit, nextOffset: 9n });
    assert.deepEqual([ledger.standings()[0]?.nextOffset, movedAfter()], [0n, 0]);
    clock.move(10);
    ledger.enter('g', { ...fakeLease(), startOffset: 9n });
    assert.deepEqual([ledger.standings()[0]?.nextOffset, movedAfter()], [9n, 20]);
  });

  it('counts a partition that is taken away as assigned still, and passes failures on', async () => {
    const ledger = createPartitionLedger(manualClock());
    const fake = fakeLease({ commit: () => Promise.reject(new Error('fenced')) });
    const { lease } = ledger.enter('g', fake);
    await assert.rejects(lease.commit({ ...commit, nextOffset: 1n }), /fenced/);
    assert.equal(ledger.standings()[0]?.nextOffset, 0n);
    fake.revoke();
    assert.ok(lease.revoked.aborted);
    assert.equal(ledger.standings()[0]?.owned, false);
  });

  it('lists partitions by group, topic and number', () => {
    const ledger = createPartitionLedger(manualClock());
    for (const [group, partition] of [
      ['b', 2],
      ['a', 10],
      ['a', 9],
    ] as const)
      ledger.enter(group, { ...fakeLease(), partition });
    assert.deepEqual(
      ledger.standings().map(({ groupId, partition }) => `${groupId}${partition}`),
      ['a9', 'a10', 'b2'],
    );
  });
});
