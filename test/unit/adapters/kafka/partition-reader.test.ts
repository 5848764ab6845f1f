import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PartitionReader } from '../../../../src/adapters/kafka/partition-reader.ts';
import { topicUnknown } from '../../../../src/broker/broker-errors.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { fakeKafkaClient, kafkaError } from '../../../support/fake-kafka-client.ts';

/**
 * A log in batches as a broker sends them: offsets of records, `marker` ends a transaction, `emptied` is of a batch that
 * compaction took the record of.
 */
type Batch = readonly (number | { readonly marker: number } | { readonly emptied: number })[];

function answerOf(batches: readonly Batch[], end: number, from: number): unknown {
  const offsetOf = (item: Batch[number]): number => {
    if (typeof item === 'number') return item;
    return 'marker' in item ? item.marker : item.emptied;
  };
  const batch = batches.find((items) => offsetOf(items.at(-1)!) >= from) ?? [];
  const records = batch.filter((item) => typeof item === 'number' || 'marker' in item);
  const messages = records.map((item) => ({
    ...{ offset: BigInt(offsetOf(item)), timestampMs: 1, headers: [] },
    ...{ key: Buffer.from([0, 0, 0, 1]), value: Buffer.from(String(offsetOf(item))) },
    batch: { producerId: 1n, isTransactional: true, isControl: typeof item !== 'number' },
  }));
  const partition = {
    ...{ lastStableOffset: BigInt(end), abortedTransactions: [], messages },
    batchEnd: batch.length === 0 ? undefined : BigInt(offsetOf(batch.at(-1)!) + 1),
  };
  return { responses: [{ partitions: [partition] }] };
}

function readerOn(
  fetch: (from: number) => unknown,
  more: {
    readonly signal?: AbortSignal;
    readonly earliest?: string;
    readonly emptyMs?: number;
  } = {},
) {
  const { client, asked } = fakeKafkaClient({
    fetch: (request: { topics: { partitions: { fetchOffset: string }[] }[] }) =>
      fetch(Number(request.topics[0]?.partitions[0]?.fetchOffset)),
    listOffsets: () => ({ responses: [{ partitions: [{ offset: more.earliest ?? '9' }] }] }),
  });
  const { signal, emptyMs = 60_000 } = more;
  const reader = new PartitionReader(
    client,
    { topic: 't', partition: 0 },
    { patienceMs: 1000, emptyMs, ...(signal === undefined ? {} : { signal }) },
  );
  return { reader, asked };
}

const offsets = async (reader: PartitionReader, from: bigint, most = 100) => {
  const { records, next } = await reader.fetch(from, most);
  return [records.map(({ offset }) => Number(offset)), Number(next)];
};

describe('PartitionReader', () => {
  it('reads on over gaps and markers, and asks once for what it holds already', async () => {
    const log: readonly Batch[] = [[0, 1, 4], [{ marker: 5 }], [6], [{ marker: 7 }]];
    const { reader, asked } = readerOn((from) => answerOf(log, 8, from));
    assert.deepEqual(await offsets(reader, 0n, 2), [[0, 1], 2]);
    assert.equal(asked.length, 1);
    assert.deepEqual(await offsets(reader, 2n), [[4], 5]);
    assert.equal(asked.length, 1);
    // The marker at 5 is no record: what comes behind it is.
    assert.deepEqual(await offsets(reader, 5n), [[6], 7]);
    // The end lies behind the last marker; nothing is left, and it says where to go on.
    assert.deepEqual(await offsets(reader, 7n), [[], 8]);
  });

  it('reads on over a page of batches that compaction emptied', async () => {
    const log: readonly Batch[] = [[{ emptied: 0 }], [1], [{ emptied: 2 }], [{ marker: 3 }]];
    const { reader } = readerOn((from) => answerOf(log, 4, from));
    assert.deepEqual(await offsets(reader, 0n), [[1], 2]);
    assert.deepEqual(await offsets(reader, 2n), [[], 4]);
  });

  it('forgets what it holds when it is asked for another place', async () => {
    const { reader } = readerOn((from) => answerOf([[0, 1, 2, 3]], 4, from));
    await reader.fetch(0n, 1);
    assert.deepEqual(await offsets(reader, 3n), [[3], 4]);
    assert.deepEqual(await offsets(reader, 1n, 1), [[1], 2]);
  });

  it('refuses an offset that is no longer kept, and says which are', async () => {
    const { reader } = readerOn(() => {
      throw kafkaError('OFFSET_OUT_OF_RANGE');
    });
    const { message, hint } = await expectFailure(reader.fetch(3n, 1), 'OFFSET_OUT_OF_RANGE');
    assert.match(message, /3.*9/);
    assert.match(hint ?? '', /--reset-to earliest \(9\)/);
  });

  it('waits for a topic that a starting broker does not know yet', async () => {
    let asked = 0;
    const { reader } = readerOn((from) => {
      if (asked++ < 3) throw topicUnknown('t');
      return answerOf([[0]], 1, from);
    });
    assert.deepEqual(await offsets(reader, 0n), [[0], 1]);
  });

  it('waits for what lies ahead as long as it may, however often nothing comes', async () => {
    const emptyUntil = performance.now() + 300;
    const { reader, asked } = readerOn((from) =>
      answerOf(performance.now() < emptyUntil ? [] : [[0]], 1, from),
    );
    assert.deepEqual(await offsets(reader, 0n), [[0], 1]);
    // A broker that is slow is not asked all the more: 4 ms at first, a quarter of the time waited later.
    assert.ok(asked.length > 3 && asked.length < 60, `${asked.length} times`);
  });

  it('fails where nothing has come for too long, and not before', async () => {
    const { reader } = readerOn((from) => answerOf([], 1, from), { emptyMs: 300 });
    const startedMs = performance.now();
    const { message } = await expectFailure(reader.fetch(0n, 1), 'BROKER_FAILED');
    assert.match(message, /t\/0 has brought nothing from offset 0 on/);
    assert.ok(performance.now() - startedMs >= 300);
  });

  it('ends quietly when the signal fires', async () => {
    const stop = new AbortController();
    const { reader } = readerOn(
      () => {
        stop.abort();
        throw kafkaError('REQUEST_TIMED_OUT');
      },
      { signal: stop.signal },
    );
    assert.deepEqual(await offsets(reader, 0n), [[], 0]);
  });
});
