import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import type { ConnectionPool } from 'kafkajs/src/cluster/connectionPoolBuilder.js';
import { BatchNode } from '../../../../src/adapters/kafka/batch-node.ts';

/** A node whose broker gives the same answer to whatever it is asked. */
function nodeThatHears(answer: Buffer): BatchNode {
  const connectionPool: ConnectionPool = {
    ...{ host: 'a', port: 1 },
    send: async ({ response }) => response.parse(await response.decode(answer)),
  };
  return new BatchNode({
    ...{ connectionPool, logger: { namespace: () => undefined } },
    ...{ authenticationTimeout: 1000, allowAutoTopicCreation: false },
  });
}

/** An answer to a fetch of version 11, of one topic, with what each partition sends. */
function answerWith(...sent: readonly { batches?: Buffer; error?: number }[]): Buffer {
  const partitions = sent.map(({ batches = Buffer.alloc(0), error = 0 }, partition) => {
    const head = Buffer.alloc(58);
    head.writeInt32BE(partition, 0);
    head.writeInt16BE(error, 4);
    // After the high watermark: the last stable offset.
    head.writeBigInt64BE(9n, 14);
    // After the start of the log: one aborted transaction.
    head.writeInt32BE(1, 30);
    head.writeBigInt64BE(5n, 34);
    head.writeBigInt64BE(3n, 42);
    head.writeInt32BE(batches.length, 54);
    return Buffer.concat([head, batches]);
  });
  const head = Buffer.alloc(10);
  const topic = Buffer.from([0, 0, 0, 1, 0, 1, 0x74, 0, 0, 0, sent.length]);
  return Buffer.concat([head, topic, ...partitions]);
}

const FETCH: Parameters<BatchNode['fetch']>[0] = {
  replicaId: -1,
  isolationLevel: 1,
  ...{ maxWaitTime: 1, minBytes: 1, maxBytes: 1, topics: [] },
};

/** A batch without a record, as Kafka 4.1.0 sent it: offset 0, spanning one, 49 bytes; what is left out is zeros. */
const EMPTIED = Buffer.from(
  '0000000000000000000000310000000002d56a0472001000000000ffffffffffffffff0000000000000001'.padEnd(
    122,
    '0',
  ),
  'hex',
);

describe('BatchNode', () => {
  it('tells of each partition what came, how far, and what was aborted', async () => {
    const answer = answerWith({ batches: EMPTIED }, {});
    const { responses } = await nodeThatHears(answer).fetch(FETCH);
    const common = {
      ...{ errorCode: 0, lastStableOffset: 9n, messages: [] },
      abortedTransactions: [{ producerId: 5n, firstOffset: 3n }],
    };
    assert.deepEqual(responses, [
      {
        partitions: [
          { ...common, batchEnd: 1n },
          { ...common, batchEnd: undefined },
        ],
      },
    ]);
  });

  it('fails with what Kafka answered, as kafkajs does', async () => {
    // 1: the offset is out of range.
    await assert.rejects(nodeThatHears(answerWith({}, { error: 1 })).fetch(FETCH), {
      type: 'OFFSET_OUT_OF_RANGE',
    });
  });

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
    const node = nodeThatHears(buffer);
    const { topicMetadata } = await node.metadata(['gone']);
    assert.deepEqual(
      topicMetadata[1]?.partitionMetadata.map(({ leader }) => leader),
      [1, -1, 1],
    );
    assert.deepEqual(
      [...(await node.topicCounts())],
      [
        ['ours', 2],
        ['gone', 3],
      ],
    );
  });
});
