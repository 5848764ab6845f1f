import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openKafkaBroker } from '../../src/adapters/kafka/open-kafka-broker.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import { kafkaSkip, startKafka, type KafkaServer } from '../support/kafka-server.ts';
import { brokerContract } from './broker.ts';
import { hasCode } from './broker/broker-scene.ts';

describe('on a Kafka server', { skip: kafkaSkip() }, () => {
  let server: KafkaServer;
  before(async () => {
    server = await startKafka();
  });
  after(() => server.stop());

  brokerContract({
    name: 'Kafka',
    // A rebalance waits for the other members' next sign of life; the machine may be busy.
    patienceMs: 20_000,
    open: async () => {
      const options = {
        brokers: server.brokers,
        clientId: 'contract',
        clock: SYSTEM_CLOCK,
        sessionTimeoutMs: 6000,
        heartbeatMs: 100,
      };
      let broker = await openKafkaBroker(options);
      return {
        broker,
        reopen: async () => {
          await broker.close();
          broker = await openKafkaBroker(options);
          return broker;
        },
        dispose: () => broker.close(),
      };
    },
  });
});

it('Kafka: says where no broker answers', async () => {
  const reasons: string[] = [];
  const options = {
    brokers: ['127.0.0.1:1'],
    clientId: 'nobody',
    clock: SYSTEM_CLOCK,
    // The default patience is a minute.
    connectMs: 100,
    onWaiting: (reason: string) => reasons.push(reason),
  };
  const startedMs = performance.now();
  await assert.rejects(openKafkaBroker(options), (error: unknown) => {
    assert.match(String(error), /127\.0\.0\.1:1/);
    return hasCode('BROKER_FAILED')(error);
  });
  assert.ok(performance.now() - startedMs < 30_000);
  assert.deepEqual(reasons, ['Connection error: connect ECONNREFUSED 127.0.0.1:1']);
});
