import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import type { ConnectionPool } from 'kafkajs/src/cluster/connectionPoolBuilder.js';
import { batchEnds, BatchNode } from '../../../../src/adapters/kafka/batch-node.ts';

/**
 * A batch of format 2 whose record was compacted away, as Kafka 4.1.0 sent it: offset 0, spanning one, 49 bytes, of an
 * aborted transaction.
 */
const EMPTIED =
  '0000000000000000000000310000000002d56a0472001000000000ffffffffffffffff0000000000000001000000000000000000000000000000000000';

/** The same, seven offsets long from another one on. */
function emptiedAt(offset: bigint, span: number): Buffer {
  const batch = Buffer.from(EMPTIED.padEnd(122, '0'), 'hex');
  batch.writeBigInt64BE(offset, 0);
  batch.writeInt32BE(span - 1, 23);
  return batch;
}

/** An answer to a fetch of version 11, of one topic, with what each partition sends. */
function answerWith(...sent: readonly Buffer[]): Buffer {
  const partitions = sent.map((batches, partition) => {
    const head = Buffer.alloc(58);
    head.writeInt32BE(partition, 0);
    // After error, high watermark, last stable offset and start: one aborted transaction of 16 bytes.
    head.writeInt32BE(1, 30);
    head.writeInt32BE(batches.length, 54);
    return Buffer.concat([head, batches]);
  });
  const head = Buffer.alloc(10);
  const topic = Buffer.from([0, 0, 0, 1, 0, 1, 0x74, 0, 0, 0, sent.length]);
  return Buffer.concat([head, topic, ...partitions]);
}

describe('batchEnds', () => {
  it('tells the offset behind the last batch, whether or not it has records', () => {
    assert.deepEqual(batchEnds(answerWith(emptiedAt(0n, 1))), ['1']);
    const two = Buffer.concat([emptiedAt(3n, 1), emptiedAt(8n, 7)]);
    assert.deepEqual(batchEnds(answerWith(two, emptiedAt(5_000_000_000n, 2))), [
      '15',
      '5000000002',
    ]);
  });

  it('leaves out a batch that is cut short, and tells of none where none came', () => {
    const cut = Buffer.concat([emptiedAt(3n, 1), emptiedAt(8n, 7).subarray(0, 60)]);
    assert.deepEqual(batchEnds(answerWith(cut)), ['4']);
    assert.deepEqual(batchEnds(answerWith(emptiedAt(3n, 1).subarray(0, 30), Buffer.alloc(0))), [
      undefined,
      undefined,
    ]);
  });
});

describe('BatchNode', () => {
  it('tells all topics but Kafka’s own, though a partition has no leader, as after a broker is gone', async () => {
    interface Writer {
      readonly buffer: Buffer;
      writeInt8(value: number): Writer;
      writeInt16(value: number): Writer;
      writeInt32(value: number): Writer;
      writeString(text: string | null): Writer;
      writeArray(items: readonly Writer[]): Writer;
    }
    const Encoder = createRequire(import.meta.url)(
      'kafkajs/src/protocol/encoder.js',
    ) as new () => Writer;
    const none = (): Writer => new Encoder();
    const partition = (id: number, error: number): Writer =>
      none()
        .writeInt16(error)
        .writeInt32(id)
        .writeInt32(error === 0 ? 1 : -1)
        .writeArray([])
        .writeArray([])
        .writeArray([]);
    const topic = (name: string, isInternal: number, errors: readonly number[]): Writer =>
      none()
        .writeInt16(0)
        .writeString(name)
        .writeInt8(isInternal)
        .writeArray(errors.map((error, id) => partition(id, error)));
    // Metadata of version 6: time of throttling, brokers, cluster, controller, topics. 5: no leader.
    const { buffer } = none()
      .writeInt32(0)
      .writeArray([])
      .writeString(null)
      .writeInt32(1)
      .writeArray([
        topic('ours', 0, [0, 0]),
        topic('gone', 0, [0, 5, 0]),
        topic('__consumer_offsets', 1, [0]),
        topic('being-made', 0, []),
      ]);
    const connectionPool: ConnectionPool = {
      ...{ host: 'a', port: 1 },
      send: async ({ response }) => response.parse(await response.decode(buffer)),
    };
    const node = new BatchNode({
      ...{ connectionPool, logger: { namespace: () => undefined } },
      ...{ authenticationTimeout: 1000, allowAutoTopicCreation: false },
    });
    assert.deepEqual(
      [...(await node.topicCounts())],
      [
        ['ours', 2],
        ['gone', 3],
      ],
    );
  });
});
