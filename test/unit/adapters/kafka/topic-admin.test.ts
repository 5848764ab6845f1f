import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kafkaSettings } from '../../../../src/adapters/kafka/kafka-settings.ts';
import { TopicAdmin } from '../../../../src/adapters/kafka/topic-admin.ts';
import { SYSTEM_CLOCK } from '../../../../src/app/system-clock.ts';
import { checkTopic } from '../../../../src/broker/check-topic.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { fakeKafkaClient, kafkaError } from '../../../support/fake-kafka-client.ts';

const usual = { brokers: ['a:1'], clientId: 'c', clock: SYSTEM_CLOCK, patienceMs: 50 };
const topic = checkTopic({ name: 't', partitions: 4, compacted: true });

describe('TopicAdmin', () => {
  for (const [settings, copies] of [
    [{ replicationFactor: 3 }, 3],
    // Kafka's word for the brokers' own default.
    [{}, -1],
  ] as const)
    it(`asks for ${copies} copies of each partition`, async () => {
      const partitions = new Map<string, number>();
      const { client, asked } = fakeKafkaClient(
        { createTopics: () => partitions.set('t', 4) },
        partitions,
      );
      await new TopicAdmin(client, kafkaSettings({ ...usual, ...settings })).ensure(topic);
      const request = asked.find(({ name }) => name === 'createTopics')?.request ?? {};
      const [created] = request['topics'] as readonly Record<string, unknown>[];
      assert.equal(created?.['replicationFactor'], copies);
      assert.equal(created?.['numPartitions'], 4);
    });

  it('widens a topic that another worker widens at the same time', async () => {
    const partitions = new Map([['t', 2]]);
    const { client, asked } = fakeKafkaClient(
      {
        createPartitions: () => {
          partitions.set('t', 4);
          // Kafka's word for one that has as many already.
          throw kafkaError('INVALID_PARTITIONS');
        },
      },
      partitions,
    );
    await new TopicAdmin(client, kafkaSettings(usual)).widen('t', 4);
    assert.equal(asked.filter(({ name }) => name === 'createPartitions').length, 1);
  });

  it('says so where a topic stays too narrow', async () => {
    const { client } = fakeKafkaClient(
      {
        createPartitions: () => {
          throw kafkaError('INVALID_PARTITIONS');
        },
      },
      new Map([['t', 2]]),
    );
    const admin = new TopicAdmin(client, kafkaSettings(usual));
    await assert.rejects(admin.widen('t', 4), { message: 'INVALID_PARTITIONS' });
  });

  it('says which topic cannot be created and why, not only that one cannot', async () => {
    // kafkajs puts the faults of topics into one of its own, which says nothing.
    const refused = kafkaError('INVALID_REPLICATION_FACTOR');
    const { client } = fakeKafkaClient({
      createTopics: () => {
        throw Object.assign(new Error('Topic creation errors'), { errors: [refused] });
      },
    });
    const admin = new TopicAdmin(client, kafkaSettings(usual));
    const { message, cause } = await expectFailure(admin.ensure(topic), 'BROKER_FAILED');
    assert.match(message, /topic t: INVALID_REPLICATION_FACTOR/);
    assert.equal(cause, refused);
  });
});
