import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A node of Apache Kafka as a process of its own. */
export interface KafkaProcess {
  /** Sends it a signal; after `SIGKILL` it is gone. */
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  /** Starts it, again too, over the data that it has, and waits until its port takes connections. */
  start(): Promise<void>;
  /** Ends it. */
  stop(): Promise<void>;
}

/** What {@link makeKafkaProcess} is told. */
export interface KafkaProcessOptions {
  readonly classpath: string;
  /** Holds settings, data and output; made here. */
  readonly folder: string;
  /** Lines of `server.properties`, but for `log.dirs`. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** Its own port, which is asked whether it has started. */
  readonly port: number;
  /** Users that the cluster is born with: `SCRAM-SHA-512=[name=…,password=…]`. */
  readonly scram?: readonly string[] | undefined;
}

/** How long it may take to answer: seconds, minutes where other work has the cores. One that ends is told at once. */
const START_MS = 600_000;
/** Only what a class needs at once is compiled, and only once: half the time to start. */
const JAVA_FLAGS = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
/** Runs Java beside a reader of standard input: whatever ends the tests ends the broker too. */
const GUARD = '"$@" >>"$KAFKA_OUTPUT" 2>&1 </dev/null & echo $!; cat >/dev/null; kill -9 $!';
/** All nodes of a cluster have the same. */
const CLUSTER_ID = 'AAAAAAAAQACAAAAAAAAAAA';

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

/** Prepares a node's folder; {@link KafkaProcess.start} starts it. @throws Error with what Kafka says of its settings. */
export async function makeKafkaProcess(options: KafkaProcessOptions): Promise<KafkaProcess> {
  const { classpath, folder, port } = options;
  mkdirSync(folder, { recursive: true });
  const output = join(folder, 'output.log');
  const properties = join(folder, 'server.properties');
  const settings = { ...options.settings, 'log.dirs': join(folder, 'data') };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(properties, lines.join(''));
  writeFileSync(output, '');
  const java = (...words: string[]): string[] => [...JAVA_FLAGS, '-cp', classpath, ...words];
  const scram = (options.scram ?? []).flatMap((user) => ['--add-scram', user]);
  const format = java('kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID);
  await promisify(execFile)('java', [...format, ...scram, '-c', properties]);

  let guard: ChildProcess | undefined;
  let pid = 0;
  const end = async (): Promise<void> => {
    if (guard === undefined) return;
    const gone = once(guard, 'exit');
    guard.stdin?.end();
    guard = undefined;
    await gone;
    while (alive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  return {
    start: async () => {
      await end();
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
    },
    signal: async (signal) => {
      if (signal === 'SIGKILL') await end();
      else process.kill(pid, signal);
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
