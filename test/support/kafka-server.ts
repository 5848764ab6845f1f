import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { kafkaJars } from './kafka-jars.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A broker to test against. */
export interface KafkaServer {
  readonly brokers: readonly string[];
  /** Where it listens itself, whatever it advertises; absent if the broker is not ours. */
  readonly port?: number;
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
  readonly listener?: 'PLAINTEXT' | 'SASL_SSL';
  /** Port that clients are sent to, e.g. of a proxy. @defaultValue its own */
  readonly advertisedPort?: number;
  /** Users that the cluster is born with: `SCRAM-SHA-512=[name=…,password=…]`. */
  readonly scram?: readonly string[];
  /** Further lines of `server.properties`, e.g. listeners with a password. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** How long the broker may take to answer: seconds, minutes where other work has the cores. One that ends is told at once. */
const START_MS = 600_000;
/** Only what a class needs at once is compiled, and only once: half the time to start. */
const JAVA_FLAGS = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
/** Runs Java beside a reader of standard input: whatever ends the tests ends the broker too. */
const GUARD = '"$@" >>"$KAFKA_OUTPUT" 2>&1 </dev/null & echo $!; cat >/dev/null; kill -9 $!';

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', settle(true));
    socket.once('error', settle(false));
  });

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
  const folder = temporaryFolder();
  const [port, internal, controller] = [await freePort(), await freePort(), await freePort()];
  const output = join(folder, 'output.log');
  const properties = join(folder, 'server.properties');
  const settings: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `${listener}://127.0.0.1:${port},INTERNAL://127.0.0.1:${internal},CONTROLLER://127.0.0.1:${controller}`,
    'listener.security.protocol.map': `CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT,${listener}:${listener}`,
    'inter.broker.listener.name': 'INTERNAL',
    'advertised.listeners': `${listener}://127.0.0.1:${advertisedPort ?? port},INTERNAL://127.0.0.1:${internal}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(folder, 'data'),
    'auto.create.topics.enable': 'false',
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 100,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'log.cleaner.dedupe.buffer.size': 8_388_608,
    // How soon a transaction whose client died is looked at.
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1000,
    ...options.properties,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(properties, lines.join(''));
  writeFileSync(output, '');
  const java = (...words: string[]): string[] => [...JAVA_FLAGS, '-cp', classpath, ...words];
  const format = java('kafka.tools.StorageTool', 'format', '-t', 'AAAAAAAAQACAAAAAAAAAAA');
  const scram = (options.scram ?? []).flatMap((user) => ['--add-scram', user]);
  const formatted = spawnSync('java', [...format, ...scram, '-c', properties], {
    encoding: 'utf8',
  });
  if (formatted.status !== 0) throw new Error(`Kafka's folder: ${formatted.stderr}`);

  let guard: ChildProcess | undefined;
  let pid = 0;
  const start = async (): Promise<void> => {
    guard = spawn('sh', ['-c', GUARD, 'sh', 'java', ...java('kafka.Kafka', properties)], {
      stdio: ['pipe', 'pipe', 'ignore'],
      // Ctrl-C must not end it before the tests are through with it.
      detached: true,
      env: { ...process.env, KAFKA_OUTPUT: output },
    });
    const [line] = (await once(guard.stdout!, 'data')) as [Buffer];
    pid = Number(line.toString());
    const deadline = performance.now() + START_MS;
    while (!(await answers(port))) {
      if (performance.now() > deadline || !alive(pid)) {
        throw new Error(`Kafka did not start: ${readFileSync(output, 'utf8').slice(-3000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const end = async (): Promise<void> => {
    if (guard === undefined) return;
    const gone = once(guard, 'exit');
    guard.stdin?.end();
    guard = undefined;
    await gone;
    while (alive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  await start();
  return {
    brokers: [`127.0.0.1:${advertisedPort ?? port}`],
    port,
    signal: async (signal) => {
      if (signal === 'SIGKILL') await end();
      else process.kill(pid, signal);
    },
    restart: async () => {
      await end();
      await start();
    },
    stop: end,
  };
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
