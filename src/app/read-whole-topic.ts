import type { Broker, IncomingRecord } from '../ports/broker.ts';

/**
 * All committed records of a topic that are still kept, partition by partition, up to the ends that these had when they
 * were come to. A topic that is not there has none.
 *
 * @throws SeclError as `Broker.read` does.
 */
export async function* readWholeTopic(
  broker: Pick<Broker, 'topics' | 'bounds' | 'read'>,
  topic: string,
  signal?: AbortSignal,
): AsyncIterable<IncomingRecord> {
  const partitions = (await broker.topics()).get(topic) ?? 0;
  for (let partition = 0; partition < partitions; partition++) {
    const { earliest } = await broker.bounds(topic, partition);
    yield* broker.read(topic, partition, earliest, signal);
  }
}
