import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { chunkRecords } from '../../../../src/adapters/kafka/chunk-records.ts';
import type { PlannedRecord } from '../../../../src/broker/plan-records.ts';

const planned = (partition: number, bytes: number): PlannedRecord => ({
  topic: 't',
  partition,
  key: null,
  value: null,
  headers: {},
  timestampMs: 0,
  bytes,
});

it('cuts where a batch would be too large, partition by partition', () => {
  const records = [planned(0, 60), planned(1, 90), planned(0, 40), planned(0, 1), planned(1, 500)];
  const shown = chunkRecords(records, 100).map((round) =>
    round.map(({ partition, indices }) => [partition, ...indices]),
  );
  assert.deepEqual(shown, [
    [
      [0, 0, 2],
      [1, 1],
    ],
    [
      [0, 3],
      [1, 4],
    ],
  ]);
});

it('keeps every record once, in order within its partition, in batches that fit', () => {
  const record = fc
    .tuple(fc.nat(2), fc.integer({ min: 1, max: 150 }))
    .map(([partition, bytes]) => planned(partition, bytes));
  fc.assert(
    fc.property(fc.array(record, { maxLength: 40 }), (records) => {
      const rounds = chunkRecords(records, 100);
      const chunks = rounds.flat();
      assert.deepEqual(
        chunks.flatMap(({ indices }) => indices).sort((a, b) => a - b),
        records.map((_, i) => i),
      );
      for (const round of rounds) {
        assert.equal(new Set(round.map(({ partition }) => partition)).size, round.length);
      }
      for (const { records: batch, indices, partition } of chunks) {
        assert.ok(batch.length === 1 || batch.reduce((sum, { bytes }) => sum + bytes, 0) <= 100);
        assert.deepEqual(
          batch,
          indices.map((i) => records[i]),
        );
        assert.ok(batch.every((r) => r.partition === partition));
      }
      for (const p of [0, 1, 2]) {
        const order = chunks.filter((c) => c.partition === p).flatMap(({ indices }) => indices);
        assert.deepEqual(
          order,
          [...order].sort((a, b) => a - b),
        );
      }
    }),
  );
});
