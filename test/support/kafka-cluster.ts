import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type ITopicMetadata } from 'kafkajs';
import { freePort } from './free-port.ts';
import { kafkaJars } from './kafka-jars.ts';
import { makeKafkaProcess, type KafkaProcess } from './kafka-process.ts';
import { NODE_SETTINGS } from './kafka-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Several brokers that copy each other. */
export interface KafkaCluster {
  readonly brokers: readonly string[];
  /** By the number that the cluster knows a broker by. */
  readonly nodes: ReadonlyMap<number, KafkaProcess>;
  /** Every topic as the brokers describe it, Kafka's own among them. */
  topics(): Promise<readonly ITopicMetadata[]>;
  /** Waits until every broker has every copy, so that one may go. Fails after two minutes. */
  inSync(): Promise<void>;
  /** Ends all; they leave nothing. */
  stop(): Promise<void>;
}

/** As many as can lose one and still write to two. */
const NODES = [1, 2, 3];
const SYNC_MS = 120_000;

/**
 * Three brokers of Apache Kafka, each a controller too, whose writes count once two of them have them. Topics have one
 * copy unless whoever creates them asks for more.
 *
 * @throws Error if they do not start.
 */
export async function startKafkaCluster(): Promise<KafkaCluster> {
  const { classpath, skip } = kafkaJars();
  if (classpath === undefined) throw new Error(skip);
  const folder = temporaryFolder();
  const places = await Promise.all(
    NODES.map(async (id) => ({
      id,
      port: await freePort(),
      internal: await freePort(),
      controller: await freePort(),
    })),
  );
  const voters = places.map(({ id, controller }) => `${id}@127.0.0.1:${controller}`).join(',');
  const nodes = new Map(
    await Promise.all(
      places.map(async ({ id, port, internal, controller }) => {
        const open = `PLAINTEXT://127.0.0.1:${port},INTERNAL://127.0.0.1:${internal}`;
        const settings = {
          ...NODE_SETTINGS,
          'node.id': id,
          'controller.quorum.voters': voters,
          listeners: `${open},CONTROLLER://127.0.0.1:${controller}`,
          'advertised.listeners': open,
          'listener.security.protocol.map':
            'CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT,PLAINTEXT:PLAINTEXT',
          'default.replication.factor': 1,
          'min.insync.replicas': 2,
          'offsets.topic.replication.factor': NODES.length,
          'transaction.state.log.replication.factor': NODES.length,
          'transaction.state.log.min.isr': 2,
          // How soon the others notice that one is gone; Kafka's 9 s make the test longer.
          'broker.session.timeout.ms': 4000,
          'broker.heartbeat.interval.ms': 500,
        };
        const place = { classpath, folder: join(folder, String(id)), port, settings };
        return [id, await makeKafkaProcess(place)] as const;
      }),
    ),
  );
  const all = [...nodes.values()];
  const stop = async (): Promise<void> => {
    await Promise.all(all.map((node) => node.stop()));
  };
  try {
    // One alone is no quorum, and opens no port.
    await Promise.all(all.map((node) => node.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  const brokers = places.map(({ port }) => `127.0.0.1:${port}`);
  const topics = async (): Promise<readonly ITopicMetadata[]> => {
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      return (await admin.fetchTopicMetadata()).topics;
    } finally {
      await admin.disconnect();
    }
  };
  return {
    brokers,
    nodes,
    topics,
    inSync: async () => {
      const deadline = performance.now() + SYNC_MS;
      const isWhole = (found: readonly ITopicMetadata[]): boolean =>
        found.every(({ partitions }) =>
          partitions.every(({ replicas, isr }) => replicas.length === isr.length),
        );
      while (!(await topics().then(isWhole, () => false))) {
        if (performance.now() > deadline) throw new Error('the copies did not come into sync');
        await sleep(200);
      }
    },
    stop,
  };
}
