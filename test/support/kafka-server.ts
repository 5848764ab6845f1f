import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { kafkaJars } from './kafka-jars.ts';
import { makeKafkaProcess } from './kafka-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A broker to test against. */
export interface KafkaServer {
  readonly brokers: readonly string[];
  /** Where it listens itself, whatever it advertises; absent if the broker is not ours. */
  readonly port?: number;
  /** Where whoever comes is let in without a password, whatever {@link port} asks for; absent if the broker is not ours. */
  readonly internal?: number;
  /** Sends the broker's process a signal; absent if the broker is not ours. */
  readonly signal?: (signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT') => Promise<void>;
  /** Starts it again over the same data, at the same address, and waits until it answers. */
  readonly restart?: () => Promise<void>;
  /** Ends it; it leaves nothing. */
  stop(): Promise<void>;
}

/** Options of {@link startKafka}. */
export interface KafkaServerOptions {
  /** Of Apache Kafka. @defaultValue that of `test/kafka/pom.xml` */
  readonly version?: string | undefined;
  /** What clients must speak. @defaultValue 'PLAINTEXT' */
  readonly listener?: 'PLAINTEXT' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  /** Port that clients are sent to, e.g. of a proxy. @defaultValue its own */
  readonly advertisedPort?: number;
  /** Users that the cluster is born with: `SCRAM-SHA-512=[name=…,password=…]`. */
  readonly scram?: readonly string[];
  /** Further lines of `server.properties`, e.g. listeners with a password. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** What every node of the tests' brokers is told: little memory, and no patience with what has died. */
export const NODE_SETTINGS: Readonly<Record<string, string | number>> = {
  'process.roles': 'broker,controller',
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'INTERNAL',
  'auto.create.topics.enable': 'false',
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.num.partitions': 4,
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 100,
  'num.network.threads': 2,
  'num.io.threads': 4,
  'log.cleaner.dedupe.buffer.size': 8_388_608,
  // How soon a transaction whose client died is looked at.
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1000,
};

/** Why there is no Kafka to test against; `false` where there is one. For node:test's `skip`. */
export function kafkaSkip(version?: string): string | false {
  return process.env['KAFKA_BROKERS'] === undefined ? kafkaJars(version).skip : false;
}

/**
 * A Kafka broker: the one that `KAFKA_BROKERS` names (`host:port`, separated by commas), else a single
 * node of Apache Kafka in KRaft mode, started from the jars of {@link kafkaJars} in a temporary folder.
 *
 * @throws Error with the reason of {@link kafkaSkip} where there is none, or with the end of the
 *   broker's log if it does not start.
 */
export async function startKafka(options: KafkaServerOptions = {}): Promise<KafkaServer> {
  const given = process.env['KAFKA_BROKERS'];
  if (given !== undefined) return { brokers: given.split(','), stop: () => Promise.resolve() };
  const { classpath, skip } = kafkaJars(options.version);
  if (classpath === undefined) throw new Error(skip);
  const { listener = 'PLAINTEXT', advertisedPort } = options;
  const [port, internal, controller] = [await freePort(), await freePort(), await freePort()];
  const node = await makeKafkaProcess({
    classpath,
    folder: join(temporaryFolder(), 'kafka'),
    port,
    scram: options.scram,
    settings: {
      ...NODE_SETTINGS,
      'node.id': 1,
      'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      listeners: `${listener}://127.0.0.1:${port},INTERNAL://127.0.0.1:${internal},CONTROLLER://127.0.0.1:${controller}`,
      'listener.security.protocol.map': `CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT,${listener}:${listener}`,
      'advertised.listeners': `${listener}://127.0.0.1:${advertisedPort ?? port},INTERNAL://127.0.0.1:${internal}`,
      'offsets.topic.replication.factor': 1,
      'transaction.state.log.replication.factor': 1,
      'transaction.state.log.min.isr': 1,
      ...options.properties,
    },
  });
  await node.start();
  return {
    brokers: [`127.0.0.1:${advertisedPort ?? port}`],
    port,
    internal,
    signal: (signal) => node.signal(signal),
    restart: () => node.start(),
    stop: () => node.stop(),
  };
}
