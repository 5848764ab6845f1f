import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/app/package-root.ts';

/** Apache Kafka's jars, or why they are not there. */
export type KafkaJars =
  | { readonly classpath: string; readonly skip: false }
  | { readonly classpath: undefined; readonly skip: string };

const works = (command: string, ...parameters: string[]): boolean =>
  spawnSync(command, parameters, { stdio: 'ignore' }).status === 0;

/**
 * The jars that `test/kafka/pom.xml` names, copied from Maven's repositories on first use into
 * `.cache/kafka`, which git ignores.
 */
export function kafkaJars(): KafkaJars {
  const folder = join(packageRoot(), '.cache', 'kafka', 'libs');
  const found = { classpath: join(folder, '*'), skip: false } as const;
  const missing = (skip: string): KafkaJars => ({ classpath: undefined, skip });
  if (!works('java', '-version')) {
    return missing('no Kafka: set KAFKA_BROKERS, or install Java 17 and Maven');
  }
  if (existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('kafka_2.13-'))) {
    return found;
  }
  if (!works('mvn', '-v')) {
    return missing('no Kafka: set KAFKA_BROKERS, or install Maven, which fetches Kafka’s jars');
  }
  const pom = join(packageRoot(), 'test', 'kafka', 'pom.xml');
  const copied = works(
    ...(['mvn', '-q', '-B', '-f', pom, 'dependency:copy-dependencies'] as const),
    `-DoutputDirectory=${folder}`,
  );
  return copied ? found : missing('no Kafka: Maven could not fetch the jars of test/kafka/pom.xml');
}
