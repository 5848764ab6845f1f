import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  allotOffsets,
  planRecords,
  recordBytes,
  type PlanContext,
} from '../../../src/broker/plan-records.ts';
import type { OutgoingRecord } from '../../../src/ports/broker.ts';
import { hasCode } from '../../contract/broker/broker-scene.ts';

const context: PlanContext = {
  topic: (name) =>
    new Map([
      ['plain', { partitions: 3, compacted: false }],
      ['compacted', { partitions: 1, compacted: true }],
    ]).get(name),
  nextPartition: () => 2,
  nowMs: 1234,
  maxRecordBytes: 200,
};
const record = (more: Partial<OutgoingRecord>): OutgoingRecord => ({
  topic: 'plain',
  key: null,
  value: null,
  ...more,
});

describe('planRecords', () => {
  it('counts key, value, header names in UTF-8, header values, and 100', () => {
    const value = new Uint8Array(7);
    const key = new Uint8Array(3);
    // 'ü' takes two bytes.
    assert.equal(recordBytes({ key, value, headers: { ü: new Uint8Array(5) } }), 117);
    assert.equal(recordBytes({ key: null, value: null }), 100);
  });

  it('lets a record of exactly the limit through, and none above', () => {
    const [planned] = planRecords([record({ value: new Uint8Array(100) })], context);
    assert.equal(planned?.bytes, 200);
    assert.throws(
      () => planRecords([record({ value: new Uint8Array(101) })], context),
      hasCode('RECORD_TOO_LARGE'),
    );
  });

  it('fills in partition, headers and time', () => {
    const [keyless, given] = planRecords(
      [record({}), record({ partition: 1, timestampMs: 0 })],
      context,
    );
    assert.equal(keyless?.partition, 2);
    assert.equal(keyless?.timestampMs, 1234);
    assert.deepEqual(keyless?.headers, {});
    assert.equal(given?.partition, 1);
    assert.equal(given?.timestampMs, 0);
  });

  it('refuses what no broker could keep', () => {
    const fails = (more: Partial<OutgoingRecord>, code: string): void => {
      assert.throws(() => planRecords([record(more)], context), hasCode(code));
    };
    fails({ topic: 'missing' }, 'TOPIC_UNKNOWN');
    fails({ partition: 3 }, 'TOPIC_UNKNOWN');
    fails({ partition: -1 }, 'TOPIC_UNKNOWN');
    fails({ partition: 0.5 }, 'TOPIC_UNKNOWN');
    fails({ timestampMs: -1 }, 'PRECONDITION');
    fails({ timestampMs: NaN }, 'PRECONDITION');
    fails({ topic: 'compacted' }, 'PRECONDITION');
  });
});

describe('allotOffsets', () => {
  it('counts by partition and takes one more offset on each that was written to', () => {
    const planned = planRecords(
      [record({ partition: 0 }), record({ partition: 1 }), record({ partition: 0 })],
      context,
    );
    const ends: unknown[] = [];
    const positions = allotOffsets(
      planned,
      (_, partition) => [10n, 20n, 30n][partition]!,
      (topic, partition, end) => ends.push([topic, partition, end]),
    );
    assert.deepEqual(
      positions.map(({ partition, offset }) => [partition, offset]),
      [
        [0, 10n],
        [1, 20n],
        [0, 11n],
      ],
    );
    // 10 and 11 are records, 12 the marker; 20 a record, 21 the marker; partition 2 was not touched.
    assert.deepEqual(ends, [
      ['plain', 0, 13n],
      ['plain', 1, 22n],
    ]);
  });
});
