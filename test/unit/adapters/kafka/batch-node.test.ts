import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { batchEnds } from '../../../../src/adapters/kafka/batch-node.ts';

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
