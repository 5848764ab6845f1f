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
    assert.deepEqual(ledger.standings(), []);
  });

  it('says when something moved last: a commit, a record, or a look that found the end', async () => {
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
    clock.move(10);
    // The record is under way: an empty look is no progress.
    await lease.poll({ maxRecords: 1, waitMs: 0 });
    assert.equal(movedAfter(), 20);
    clock.move(10);
    await lease.commit({ ...commit, nextOffset: 1n });
    assert.equal(movedAfter(), 40);
  });

  it('forgets a partition that is taken away, and passes failures on', async () => {
    const ledger = createPartitionLedger(manualClock());
    const fake = fakeLease({ commit: () => Promise.reject(new Error('fenced')) });
    const { lease } = ledger.enter('g', fake);
    await assert.rejects(lease.commit({ ...commit, nextOffset: 1n }), /fenced/);
    assert.equal(ledger.standings()[0]?.nextOffset, 0n);
    fake.revoke();
    assert.ok(lease.revoked.aborted);
    assert.deepEqual(ledger.standings(), []);
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
