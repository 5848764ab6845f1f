import type { TopicSetup } from '../ports/broker.ts';
import { topicUnknown } from './broker-errors.ts';

/** How a topic of a table is set up, where nothing is kept in copies. @throws SeclError `TOPIC_UNKNOWN`. */
export function setupOf(
  topics: ReadonlyMap<string, Omit<TopicSetup, 'copies'>>,
  name: string,
): TopicSetup {
  const topic = topics.get(name);
  if (topic === undefined) throw topicUnknown(name);
  const { compacted, retentionMs, retentionBytes } = topic;
  return { compacted, retentionMs, retentionBytes, copies: null };
}
