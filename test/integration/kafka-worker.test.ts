import { after, before } from 'node:test';
import { openKafkaBroker } from '../../src/adapters/kafka/open-kafka-broker.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import { topicSpecs } from '../../src/app/worker/topic-specs.ts';
import type { Broker } from '../../src/ports/broker.ts';
import { workerContract } from '../contract/worker.ts';
import { kafkaSkip, startKafka, type KafkaServer } from '../support/kafka-server.ts';
import { MemoryAdapterStore } from '../support/memory-adapter-store.ts';
import { ownTopics } from '../support/own-topics.ts';

const skip = kafkaSkip();
let server: KafkaServer;
let broker: Broker;
let runs = 0;

before(async () => {
  if (skip !== false) return;
  server = await startKafka();
  broker = await openKafkaBroker({
    brokers: server.brokers,
    clientId: 'workers',
    clock: SYSTEM_CLOCK,
    sessionTimeoutMs: 6000,
    heartbeatMs: 100,
  });
});
after(async () => {
  if (skip !== false) return;
  await broker.close();
  await server.stop();
});

workerContract({
  name: 'Kafka',
  open: async (topology) => {
    const own = ownTopics(broker, `workers-${process.pid}-${runs++}-`);
    await own.ensureTopics(topicSpecs(topology));
    return { broker: own, store: new MemoryAdapterStore() };
  },
  // The machine may be busy.
  patienceMs: 120_000,
  skip,
});
