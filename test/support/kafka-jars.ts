import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/app/package-root.ts';

/** Apache Kafka's jars, or why they are not there. */
export type KafkaJars =
  | { readonly classpath: string; readonly skip: false }
  | { readonly classpath: undefined; readonly skip: string };

const works = (command: string, ...parameters: string[]): boolean =>
  spawnSync(command, parameters, { stdio: 'ignore' }).status === 0;

/** The version of Apache Kafka that tests run on, unless `KAFKA_VERSION` names another one. */
export const KAFKA_VERSION = process.env['KAFKA_VERSION'] ?? '4.1.0';

/**
 * The jars that `test/kafka/pom.xml` names, copied from Maven's repositories on first use into
 * `.cache/kafka/VERSION`, which git ignores.
 *
 * @param version - Three numbers, e.g. `3.9.1`.
 */
export function kafkaJars(version = KAFKA_VERSION): KafkaJars {
  const folder = join(packageRoot(), '.cache', 'kafka', version);
  const found = { classpath: join(folder, '*'), skip: false } as const;
  const missing = (skip: string): KafkaJars => ({ classpath: undefined, skip });
  if (!/^\d+\.\d+\.\d+$/.test(version))
    return missing(`no Kafka: '${version}' is no version of it`);
  if (!works('java', '-version')) {
    return missing(
      'no Kafka: set KAFKA_BROKERS, start a container engine, or install Java 17 and Maven',
    );
  }
  if (existsSync(join(folder, `kafka_2.13-${version}.jar`))) {
    return found;
  }
  if (!works('mvn', '-v')) {
    return missing(
      'no Kafka: set KAFKA_BROKERS, start a container engine, or install Maven, which fetches Kafka’s jars',
    );
  }
  const pom = join(packageRoot(), 'test', 'kafka', 'pom.xml');
  const copied = works(
    ...(['mvn', '-q', '-B', '-f', pom, 'dependency:copy-dependencies'] as const),
    `-Dkafka.version=${version}`,
    `-DoutputDirectory=${folder}`,
  );
  return copied ? found : missing('no Kafka: Maven could not fetch the jars of test/kafka/pom.xml');
}
