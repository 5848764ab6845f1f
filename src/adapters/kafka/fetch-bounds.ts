import type { TopicPartition } from '../../broker/assign-partitions.ts';
import type { PartitionBounds } from '../../ports/broker.ts';
import type { KafkaClient } from './kafka-client.ts';
import { keepTrying } from './keep-trying.ts';

/**
 * First offset that is kept, and the last stable one: what lies below it is decided.
 *
 * @throws SeclError `TOPIC_UNKNOWN`; what the request throws.
 */
export async function fetchBounds(
  client: KafkaClient,
  place: TopicPartition,
  patienceMs: number,
): Promise<PartitionBounds> {
  const ask = async (timestamp: -2 | -1): Promise<bigint> => {
    const { topic, partition } = place;
    const { responses } = await keepTrying(
      () =>
        client.onLeader(place, (node) =>
          node.listOffsets({
            replicaId: -1,
            isolationLevel: 1,
            topics: [{ topic, partitions: [{ partition, timestamp }] }],
          }),
        ),
      { patienceMs },
    );
    return BigInt(responses[0]!.partitions[0]!.offset);
  };
  // The end last: were it the other way round, retention between the two could leave it below the earliest.
  const earliest = await ask(-2);
  return { earliest, end: await ask(-1) };
}
