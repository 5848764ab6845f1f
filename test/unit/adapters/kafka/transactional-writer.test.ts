import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TransactionalWriter } from '../../../../src/adapters/kafka/transactional-writer.ts';
import { isRefusedFault } from '../../../../src/adapters/kafka/kafka-faults.ts';
import type { PlannedRecord } from '../../../../src/broker/plan-records.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import {
  brokenConnection,
  fakeKafkaClient,
  kafkaError,
} from '../../../support/fake-kafka-client.ts';

const record = (topic: string, partition = 0): PlannedRecord => ({
  ...{ topic, partition, key: null, value: Uint8Array.of(1), headers: {} },
  ...{ timestampMs: 5, bytes: 101 },
});
const OFFSET = { groupId: 'g', topic: 'in', partition: 2, nextOffset: 7n };

/** A writer against answers that a test changes; those left out are as of a broker that is well. */
async function writerOn(
  answers: Parameters<typeof fakeKafkaClient>[0] = {},
  patienceMs = 10_000,
): Promise<{ writer: TransactionalWriter; asked: ReturnType<typeof fakeKafkaClient>['asked'] }> {
  const { client, asked } = fakeKafkaClient({
    initProducerId: () => ({ producerId: '4', producerEpoch: 1 }),
    produce: () => ({
      topics: [{ topicName: 't', partitions: [{ partition: 0, baseOffset: '40' }] }],
    }),
    ...answers,
  });
  const writer = new TransactionalWriter(client, {
    ...{ transactionalId: 'id', transactionTimeoutMs: 1000, maxBatchBytes: 250, patienceMs },
  });
  await writer.init();
  return { writer, asked };
}

/** Fails so many times, then answers. */
function failing(times: number, error: () => Error, answer: unknown = {}): () => unknown {
  let left = times;
  return () => {
    if (left-- > 0) throw error();
    return answer;
  };
}

describe('TransactionalWriter', () => {
  it('begins, writes, commits the offset and ends, in this order', async () => {
    const { writer, asked } = await writerOn();
    const positions = await writer.write([record('t'), record('t')], OFFSET);
    assert.deepEqual(
      positions.map(({ offset }) => offset),
      [40n, 41n],
    );
    const names = asked.map(({ name }) => name);
    assert.deepEqual(names.slice(0, 3), [
      'initProducerId',
      'addPartitionsToTxn',
      'addOffsetsToTxn',
    ]);
    assert.deepEqual(names.slice(3, 5).sort(), ['produce', 'txnOffsetCommit']);
    // Once to end it, once to learn that its markers are written.
    assert.deepEqual(names.slice(5), ['endTxn', 'endTxn']);
    const offset = asked.find(({ name }) => name === 'txnOffsetCommit')?.request['topics'];
    assert.deepEqual(offset, [
      { topic: 'in', partitions: [{ partition: 2, offset: '7', metadata: null }] },
    ]);
    assert.ok(writer.usable);
  });

  it('says which topic it may not write to, though Kafka says of the others that it did not try', async () => {
    const refuse = ({ topics }: { topics: { topic: string }[] }): object => {
      if (!topics.some(({ topic }) => topic === 'b')) return {};
      throw kafkaError(
        topics[0]?.topic === 'b' ? 'TOPIC_AUTHORIZATION_FAILED' : 'OPERATION_NOT_ATTEMPTED',
      );
    };
    for (const order of ['abc', 'bac']) {
      const { writer } = await writerOn({ addPartitionsToTxn: refuse });
      const written = writer.write([...order].map((topic) => record(topic)));
      const refused = await expectFailure(written, 'BROKER_FAILED');
      assert.match(refused.message, /writing to b: TOPIC_AUTHORIZATION_FAILED/);
      assert.ok(isRefusedFault(refused));
    }
  });

  it('waits for a topic that no broker knows, then names it', async () => {
    const asked: string[][] = [];
    const { writer } = await writerOn(
      {
        addPartitionsToTxn: ({ topics }: { topics: { topic: string }[] }) => {
          asked.push(topics.map(({ topic }) => topic));
          if (topics.some(({ topic }) => topic === 'b'))
            throw kafkaError('UNKNOWN_TOPIC_OR_PARTITION');
          return {};
        },
      },
      60,
    );
    const gone = await expectFailure(
      writer.write([record('a'), record('b')], OFFSET),
      'TOPIC_UNKNOWN',
    );
    assert.match(gone.message, /writing to b/);
    assert.ok(isRefusedFault(gone));
    assert.deepEqual(asked.slice(0, 3), [['a', 'b'], ['a'], ['b']]);
    // A broker that has just started knows no topic yet.
    assert.ok(asked.length > 3);
  });

  it('makes do with a shorter transaction where the brokers allow no longer one', async () => {
    const { client, asked } = fakeKafkaClient({
      initProducerId: ({ transactionTimeout }: { transactionTimeout: number }) => {
        if (transactionTimeout > 2000) throw kafkaError('INVALID_TRANSACTION_TIMEOUT');
        return { producerId: '4', producerEpoch: 1 };
      },
    });
    const options = {
      ...{ transactionalId: 'id', transactionTimeoutMs: 4000, maxBatchBytes: 250 },
      patienceMs: 1000,
    };
    const writer = new TransactionalWriter(client, { ...options, allowedTimeoutMs: 1000 });
    await writer.init();
    assert.ok(writer.usable);
    assert.deepEqual(
      asked.map(({ request }) => request['transactionTimeout']),
      [4000, 1000],
    );
    await assert.rejects(new TransactionalWriter(client, options).init(), {
      message: 'INVALID_TRANSACTION_TIMEOUT',
    });
  });

  it('numbers the records of a partition on, from one transaction to the next', async () => {
    const { writer, asked } = await writerOn();
    await writer.write([record('t'), record('t'), record('t')]);
    await writer.write([record('t')]);
    const sequences = asked
      .filter(({ name }) => name === 'produce')
      .map(({ request }) => {
        const [topic] = request['topicData'] as { partitions: { firstSequence: number }[] }[];
        return topic?.partitions[0]?.firstSequence;
      });
    // Two records of 101 bytes fit into a batch of 250.
    assert.deepEqual(sequences, [0, 2, 3]);
  });

  it('asks again with the same numbers when the answer to a batch was lost', async () => {
    const answer = {
      topics: [{ topicName: 't', partitions: [{ partition: 0, baseOffset: '40' }] }],
    };
    const { writer, asked } = await writerOn({ produce: failing(2, brokenConnection, answer) });
    await writer.write([record('t')]);
    const requests = asked.filter(({ name }) => name === 'produce').map(({ request }) => request);
    assert.equal(requests.length, 3);
    assert.deepEqual(requests[2], requests[0]);
  });

  it('asks again how a transaction ended when the answer was lost', async () => {
    const { writer, asked } = await writerOn({ endTxn: failing(2, brokenConnection) });
    await writer.write([record('t')]);
    const ends = asked.filter(({ name }) => name === 'endTxn').map(({ request }) => request);
    assert.equal(ends.length, 4);
    assert.ok(ends.every(({ transactionResult }) => transactionResult === true));
  });

  for (const late of ['produce', 'txnOffsetCommit', 'endTxn'] as const)
    it(`is used again only after another init where a ${late} may still come`, async () => {
      const answer = {
        topics: [{ topicName: 't', partitions: [{ partition: 0, baseOffset: '40' }] }],
      };
      const { writer, asked } = await writerOn({ [late]: failing(1, brokenConnection, answer) });
      // It is committed all the same.
      assert.equal((await writer.write([record('t')], OFFSET)).length, 1);
      const ends = asked.filter(({ name }) => name === 'endTxn').map(({ request }) => request);
      assert.ok(ends.every(({ transactionResult }) => transactionResult === true));
      assert.ok(!writer.usable);
      await expectFailure(writer.write([record('t')], OFFSET), 'FENCED');
      await writer.init();
      await writer.write([record('t')], OFFSET);
      assert.ok(writer.usable);
    });

  it('ends no transaction while one of its batches is under way', async () => {
    const under = new Map<string, (answer: unknown) => void>();
    const answer = {
      topics: [{ topicName: 't', partitions: [{ partition: 0, baseOffset: '0' }] }],
    };
    const { writer, asked } = await writerOn({
      produce: ({ topicData }: { topicData: { topic: string }[] }) => {
        const topic = topicData[0]?.topic ?? '';
        if (topic === 'refused') throw kafkaError('MESSAGE_TOO_LARGE');
        return new Promise((resolve) => under.set(topic, resolve));
      },
    });
    const failed = expectFailure(
      writer.write([record('refused'), record('slow')]),
      'RECORD_TOO_LARGE',
    );
    for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
    const ends = (): number => asked.filter(({ name }) => name === 'endTxn').length;
    assert.equal(under.size, 1);
    assert.equal(ends(), 0);
    under.get('slow')?.(answer);
    await failed;
    assert.equal(ends(), 1);
  });

  it('is fenced where nobody says how it ended, and writes nothing more', async () => {
    const { writer, asked } = await writerOn({ endTxn: failing(1e9, brokenConnection) }, 30);
    await expectFailure(writer.write([record('t')], OFFSET), 'FENCED');
    assert.ok(
      asked.every(
        ({ name, request }) => name !== 'endTxn' || request['transactionResult'] === true,
      ),
      'what may be committed is not aborted',
    );
    assert.ok(!writer.usable);
    const before = asked.length;
    await expectFailure(writer.write([record('t')], OFFSET), 'FENCED');
    assert.equal(asked.length, before);
  });

  it('is fenced by a newer owner, and does not try again', async () => {
    const { writer, asked } = await writerOn({
      produce: failing(1e9, () => kafkaError('INVALID_PRODUCER_EPOCH')),
    });
    const { message } = await expectFailure(writer.write([record('t')], OFFSET), 'FENCED');
    assert.match(message, /in/);
    assert.equal(asked.filter(({ name }) => name === 'produce').length, 1);
    assert.ok(!writer.usable);
  });

  it('aborts what the broker refuses, and is used again only after another init', async () => {
    const { writer, asked } = await writerOn({
      produce: failing(1, () => kafkaError('MESSAGE_TOO_LARGE'), {
        topics: [{ topicName: 't', partitions: [{ partition: 0, baseOffset: '0' }] }],
      }),
    });
    await expectFailure(writer.write([record('t')], OFFSET), 'RECORD_TOO_LARGE');
    const ends = asked.filter(({ name }) => name === 'endTxn').map(({ request }) => request);
    assert.deepEqual(
      ends.map(({ transactionResult }) => transactionResult),
      [false],
    );
    assert.ok(!writer.usable);
    await writer.init();
    assert.ok(writer.usable);
    await writer.write([record('t')], OFFSET);
  });
});
