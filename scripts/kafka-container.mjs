/**
 * A broker for the tests where a container engine is at hand and Java is not: the Kafka module of testcontainers, which
 * is no dependency of the package. It is installed from test/kafka/container on first use, as Maven brings the jars.
 *
 * KAFKA_CONTAINER=1 takes a container although Java is there, 0 takes none.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'test', 'kafka', 'container');
const folder = join(root, '.cache', 'kafka', 'container');
const entry = join(folder, 'node_modules', '@testcontainers', 'kafka', 'build', 'index.js');
/** Apache Kafka 4.0 as Confluent packs it, the only images that the module knows. */
const IMAGE = 'confluentinc/cp-kafka:8.0.0';

const hasEngine = () =>
  process.env['DOCKER_HOST'] !== undefined ||
  [
    '/var/run/docker.sock',
    join(process.env['HOME'] ?? '', '.docker', 'run', 'docker.sock'),
    join(process.env['XDG_RUNTIME_DIR'] ?? '', 'docker.sock'),
  ].some((socket) => existsSync(socket));

function install() {
  if (existsSync(entry)) return;
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    copyFileSync(join(source, file), join(folder, file));
  const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts', '--silent'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`npm could not install test/kafka/container: ${stderr}`);
}

/**
 * Starts a broker in a container if one is wanted: KAFKA_BROKERS names none, and there is an engine, but no Java.
 *
 * @param {() => boolean} hasJars - Whether Apache Kafka can be started from its jars.
 * @returns {Promise<{ brokers: string, stop: () => Promise<unknown> } | undefined>} Its address as `host:port`.
 * @throws Error with what the engine says if it does not start.
 */
export async function startKafkaContainer(hasJars) {
  const wanted = process.env['KAFKA_CONTAINER'];
  if (process.env['KAFKA_BROKERS'] !== undefined || wanted === '0') return undefined;
  if (wanted !== '1' && (!hasEngine() || hasJars())) return undefined;
  install();
  const { KafkaContainer } = await import(pathToFileURL(entry).href);
  const container = await new KafkaContainer(IMAGE)
    // What a single broker needs and the module leaves at a cluster's three.
    .withEnvironment({ KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1' })
    .start();
  return {
    brokers: `${container.getHost()}:${container.getMappedPort(9093)}`,
    stop: () => container.stop(),
  };
}
