import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FetchedMessage, FetchedPartition } from 'kafkajs/src/broker/index.js';
import { committedMessages } from '../../../../src/adapters/kafka/committed-messages.ts';

const ABORT = Buffer.from([0, 0, 0, 0]);
const COMMIT = Buffer.from([0, 0, 0, 1]);

const message = (
  offset: number,
  producerId: string,
  more: Partial<FetchedMessage> & { readonly marker?: Buffer } = {},
): FetchedMessage => ({
  offset: String(offset),
  timestamp: '17',
  key: more.marker ?? Buffer.from('k'),
  value: Buffer.from('v'),
  headers: {},
  isControlRecord: more.marker !== undefined,
  batchContext: {
    firstOffset: String(offset),
    lastOffsetDelta: 0,
    producerId,
    inTransaction: producerId !== '-1',
  },
  ...more,
});

const offsets = (
  messages: readonly FetchedMessage[],
  aborted: FetchedPartition['abortedTransactions'] = [],
  from = 0n,
): number[] =>
  committedMessages(
    { topic: 't', partition: 3 },
    { lastStableOffset: '99', abortedTransactions: aborted, messages },
    from,
  ).map(({ offset }) => Number(offset));

describe('committed messages', () => {
  it('leaves out markers, and what lies before the offset asked for', () => {
    const messages = [message(0, 'a'), message(1, 'a'), message(2, 'a', { marker: COMMIT })];
    assert.deepEqual(offsets(messages), [0, 1]);
    assert.deepEqual(offsets(messages, [], 1n), [1]);
  });

  it('leaves out an aborted transaction among those of others, up to its marker', () => {
    const messages = [
      message(0, 'a'),
      message(1, 'b'),
      message(2, 'a'),
      message(3, 'a', { marker: ABORT }),
      message(4, 'a'),
      message(5, 'b', { marker: COMMIT }),
      message(6, '-1'),
    ];
    assert.deepEqual(offsets(messages, [{ producerId: 'a', firstOffset: '0' }]), [1, 4, 6]);
  });

  it('takes several aborted transactions, in whatever order they are named', () => {
    const messages = [
      message(2, 'a'),
      message(3, 'b'),
      message(4, 'a', { marker: ABORT }),
      message(5, 'b', { marker: ABORT }),
      message(6, 'b'),
    ];
    const aborted = [
      // Compaction took the records that they began with.
      { producerId: 'b', firstOffset: '1' },
      { producerId: 'a', firstOffset: '0' },
    ];
    assert.deepEqual(offsets(messages, aborted), [6]);
  });

  it('does not take a record for a marker, whatever its key is', () => {
    const messages = [message(0, 'a', { key: ABORT }), message(1, 'a')];
    assert.deepEqual(offsets(messages, [{ producerId: 'a', firstOffset: '0' }]), []);
  });

  it('gives the last of several headers, and an empty one for none', () => {
    const headers = {
      one: Buffer.from('1'),
      two: [Buffer.from('x'), Buffer.from('y')],
      none: null,
    };
    const [record] = committedMessages(
      { topic: 't', partition: 3 },
      { lastStableOffset: '1', abortedTransactions: [], messages: [message(0, '-1', { headers })] },
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
