import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FetchedMessage, FetchedPartition } from 'kafkajs/src/broker/index.js';
import { committedMessages } from '../../../../src/adapters/kafka/committed-messages.ts';

const ABORT = Buffer.from([0, 0, 0, 0]);
const COMMIT = Buffer.from([0, 0, 0, 1]);

const message = (
  offset: number,
  producerId: bigint,
  more: Partial<FetchedMessage> & { readonly marker?: Buffer } = {},
): FetchedMessage => {
  const { marker, ...rest } = more;
  return {
    ...{ offset: BigInt(offset), timestampMs: 17, headers: [] },
    ...{ key: marker ?? Buffer.from('k'), value: Buffer.from('v') },
    batch: { producerId, isTransactional: producerId >= 0n, isControl: marker !== undefined },
    ...rest,
  };
};

const fetched = (
  messages: readonly FetchedMessage[],
  abortedTransactions: FetchedPartition['abortedTransactions'] = [],
): FetchedPartition => ({
  ...{ errorCode: 0, lastStableOffset: 99n, abortedTransactions, messages, batchEnd: 99n },
});

const offsets = (
  messages: readonly FetchedMessage[],
  aborted: FetchedPartition['abortedTransactions'] = [],
  from = 0n,
): number[] =>
  committedMessages({ topic: 't', partition: 3 }, fetched(messages, aborted), from).map(
    ({ offset }) => Number(offset),
  );

describe('committed messages', () => {
  it('leaves out markers, and what lies before the offset asked for', () => {
    const messages = [message(0, 1n), message(1, 1n), message(2, 1n, { marker: COMMIT })];
    assert.deepEqual(offsets(messages), [0, 1]);
    assert.deepEqual(offsets(messages, [], 1n), [1]);
  });

  it('leaves out an aborted transaction among those of others, up to its marker', () => {
    const messages = [
      message(0, 1n),
      message(1, 2n),
      message(2, 1n),
      message(3, 1n, { marker: ABORT }),
      message(4, 1n),
      message(5, 2n, { marker: COMMIT }),
      message(6, -1n),
    ];
    assert.deepEqual(offsets(messages, [{ producerId: 1n, firstOffset: 0n }]), [1, 4, 6]);
  });

  it('takes several aborted transactions, in whatever order they are named', () => {
    const messages = [
      message(2, 1n),
      message(3, 2n),
      message(4, 1n, { marker: ABORT }),
      message(5, 2n, { marker: ABORT }),
      message(6, 2n),
    ];
    const aborted = [
      // Compaction took the records that they began with.
      { producerId: 2n, firstOffset: 1n },
      { producerId: 1n, firstOffset: 0n },
    ];
    assert.deepEqual(offsets(messages, aborted), [6]);
  });

  it('does not take a record for a marker, whatever its key is', () => {
    const messages = [message(0, 1n, { key: ABORT }), message(1, 1n)];
    assert.deepEqual(offsets(messages, [{ producerId: 1n, firstOffset: 0n }]), []);
  });

  it('gives the last of several headers, and an empty one for none', () => {
    const headers = [
      ['one', Buffer.from('1')],
      ['two', Buffer.from('x')],
      ['none', null],
      ['two', Buffer.from('y')],
    ] as const;
    const [record] = committedMessages(
      { topic: 't', partition: 3 },
      fetched([message(0, -1n, { headers })]),
      0n,
    );
    assert.deepEqual(
      Object.entries(record!.headers).map(([name, b]) => [name, Buffer.from(b).toString()]),
      [
        ['one', '1'],
        ['two', 'y'],
        ['none', ''],
      ],
    );
    assert.equal(record!.timestampMs, 17);
  });
});
