import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  LevelStore,
  StoreOperation,
} from '../../../../src/adapters/embedded-log/level-store.ts';
import {
  partitionEntry,
  type CommittedTables,
} from '../../../../src/adapters/embedded-log/log-tables.ts';
import { TransactionQueue } from '../../../../src/adapters/embedded-log/transaction-queue.ts';
import type { Draft } from '../../../../src/adapters/embedded-log/draft.ts';
import { hasCode } from '../../../contract/broker/broker-scene.ts';

const place = { topicId: 0, partition: 0 };

/** A queue over a store whose writes the test lets through one by one. */
function scriptedQueue() {
  const writes: {
    readonly operations: readonly StoreOperation[];
    readonly settle: (error?: Error) => void;
  }[] = [];
  const store: Pick<LevelStore, 'write'> = {
    write: (operations) =>
      new Promise((resolve, reject) => {
        writes.push({
          operations,
          settle: (error) => {
            if (error === undefined) resolve();
            else reject(error);
          },
        });
      }),
  };
  const tables: CommittedTables = { topics: new Map(), partitions: new Map(), owners: new Map() };
  const ends: bigint[] = [];
  const queue = new TransactionQueue({
    store: store as LevelStore,
    tables,
    lastSequence: 0n,
    sync: true,
    onEnd: ({ end }) => ends.push(end),
  });
  return { queue, writes, tables, ends };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Adds one to the end and returns what it was. */
const advance = (draft: Draft): bigint => {
  const entry = partitionEntry(draft, place);
  draft.setPartition({ ...entry, end: entry.end + 1n });
  return entry.end;
};

describe('TransactionQueue', () => {
  it('writes together what waits together, each transaction seeing those before it', async () => {
    const { queue, writes, ends } = scriptedQueue();
    const first = [queue.run(advance), queue.run(advance)];
    await turn();
    const second = [queue.run(advance), queue.run(advance), queue.run(advance)];
    await turn();
    assert.equal(writes.length, 1, 'one write at a time');
    writes[0]!.settle();
    assert.deepEqual(await Promise.all(first), [0n, 1n]);
    await turn();
    assert.equal(writes.length, 2);
    // One entry of the partition, however often it changed, and the marker.
    assert.equal(writes[1]!.operations.length, 2);
    writes[1]!.settle();
    assert.deepEqual(await Promise.all(second), [2n, 3n, 4n]);
    assert.deepEqual(ends, [2n, 5n]);
  });

  it('shows nothing before it is written', async () => {
    const { queue, writes, tables, ends } = scriptedQueue();
    const running = queue.run(advance);
    await turn();
    assert.equal(partitionEntry(tables, place).end, 0n);
    assert.deepEqual(ends, []);
    writes[0]!.settle();
    await running;
    assert.equal(partitionEntry(tables, place).end, 1n);
  });

  it('drops what a transaction did before it threw, and nothing of its neighbours', async () => {
    const { queue, writes, tables } = scriptedQueue();
    const put = { type: 'del', key: Uint8Array.of(1) } as const;
    const before = queue.run(advance);
    const failing = queue.run((draft) => {
      advance(draft);
      draft.add(put);
      throw new Error('no');
    });
    const after = queue.run(advance);
    const failed = assert.rejects(failing, /no/);
    await turn();
    assert.ok(!writes[0]!.operations.includes(put));
    writes[0]!.settle();
    await failed;
    assert.deepEqual([await before, await after], [0n, 1n]);
    assert.equal(partitionEntry(tables, place).end, 2n);
  });

  it('refuses everything after a write failed, and shows nothing of it', async () => {
    const { queue, writes, tables } = scriptedQueue();
    const failure = new Error('disk full');
    const running = queue.run(advance);
    const failed = [assert.rejects(running, failure)];
    await turn();
    failed.push(assert.rejects(queue.run(advance), failure));
    writes[0]!.settle(failure);
    await Promise.all(failed);
    await assert.rejects(queue.run(advance), failure);
    assert.equal(partitionEntry(tables, place).end, 0n);
    assert.equal(writes.length, 1);
    await queue.close();
  });

  it('hides records from readers before it deletes them', async () => {
    const { queue, writes, tables } = scriptedQueue();
    tables.partitions.set('0/0', { ...place, earliest: 0n, end: 9n, bytes: 0, thinned: false });
    const running = queue.run((draft) => {
      const entry = partitionEntry(draft, place);
      draft.setPartition({ ...entry, earliest: 5n, end: 12n, thinned: true });
    });
    await turn();
    assert.equal(partitionEntry(tables, place).earliest, 5n);
    assert.equal(partitionEntry(tables, place).thinned, true);
    assert.equal(partitionEntry(tables, place).end, 9n, 'what is new stays hidden');
    writes[0]!.settle();
    await running;
    assert.equal(partitionEntry(tables, place).end, 12n);
  });

  it('finishes what it accepted before it closes, and accepts no more', async () => {
    const { queue, writes } = scriptedQueue();
    const running = queue.run(advance);
    const closing = queue.close();
    await assert.rejects(queue.run(advance), hasCode('BROKER_CLOSED'));
    await turn();
    writes[0]!.settle();
    assert.equal(await running, 0n);
    await closing;
  });

  it('does not write when nothing has changed', async () => {
    const { queue, writes } = scriptedQueue();
    assert.equal(await queue.run(() => 'looked'), 'looked');
    assert.equal(writes.length, 0);
  });
});
