import { SeclError } from '../../errors/secl-error.ts';
import type { Broker } from '../../ports/broker.ts';
import { createTopicTail, type TopicTail } from './topic-tail.ts';

/**
 * A tail for each partition of a topic, from its beginning.
 *
 * @param place - Where the topic should be, for people.
 * @throws SeclError `TOPIC_UNKNOWN`: more likely the place is a wrong one than that nothing was ever written.
 */
export async function topicTails(
  broker: Pick<Broker, 'bounds' | 'read' | 'topics'>,
  topic: string,
  place: string,
): Promise<readonly TopicTail[]> {
  const partitions = (await broker.topics()).get(topic);
  if (partitions === undefined)
    throw new SeclError('TOPIC_UNKNOWN', `${place} has no topic ${topic}`, {
      hint: 'Say where it is with --brokers, --log or --topology, or create it with `secl topics create`.',
    });
  return Array.from({ length: partitions }, (_, partition) =>
    createTopicTail(broker, topic, partition),
  );
}
