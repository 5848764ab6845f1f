import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mergeByTime } from '../../../src/dashboard/merge-by-time.ts';
import type { IncomingRecord } from '../../../src/ports/broker.ts';

const recordAt = (partition: number, offset: number, timestampMs: number): IncomingRecord => ({
  topic: 'answers',
  partition,
  offset: BigInt(offset),
  key: null,
  value: null,
  headers: {},
  timestampMs,
});

async function* partition(
  records: readonly IncomingRecord[],
  closed: () => void = () => undefined,
): AsyncGenerator<IncomingRecord> {
  try {
    for (const record of records) yield await Promise.resolve(record);
  } finally {
    closed();
  }
}

async function all(merged: AsyncIterable<IncomingRecord>): Promise<IncomingRecord[]> {
  const records: IncomingRecord[] = [];
  for await (const record of merged) records.push(record);
  return records;
}

test('partitions that are in order by time come out in order by time, whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.nat(50)), { maxLength: 5 }), async (times) => {
      const records = times.map((ms, i) =>
        ms.toSorted((a, b) => a - b).map((at, offset) => recordAt(i, offset, at)),
      );
      const merged = await all(mergeByTime(records.map((given) => partition(given))));
      const sorted = times.flat().toSorted((a, b) => a - b);
      assert.deepEqual(
        merged.map(({ timestampMs }) => timestampMs),
        sorted,
      );
      for (const [i, given] of records.entries())
        assert.deepEqual(
          merged.filter((record) => record.partition === i),
          given,
        );
    }),
  );
});

test('a partition keeps its order where its times go back', async () => {
  const back = [recordAt(0, 0, 5), recordAt(0, 1, 1), recordAt(0, 2, 9)];
  const merged = await all(mergeByTime([partition(back), partition([recordAt(1, 0, 3)])]));
  assert.deepEqual(
    merged.map(({ partition: of, offset }) => `${of}/${offset}`),
    ['1/0', '0/0', '0/1', '0/2'],
  );
});

test('whoever stops half way, and whatever fails, closes all partitions', async () => {
  let closed = 0;
  const count = (): void => {
    closed += 1;
  };
  const two = (): AsyncGenerator<IncomingRecord>[] =>
    [0, 1].map((i) => partition([recordAt(i, 0, i), recordAt(i, 1, 2 + i)], count));
  for await (const _ of mergeByTime(two())) break;
  assert.equal(closed, 2);
  async function* failing(): AsyncGenerator<IncomingRecord> {
    yield await Promise.resolve(recordAt(2, 0, 1));
    throw new Error('no route');
  }
  closed = 0;
  await assert.rejects(all(mergeByTime([...two(), failing()])), /no route/);
  assert.equal(closed, 2);
});
