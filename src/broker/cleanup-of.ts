import type { TopicCleanup } from '../ports/broker.ts';
import { topicUnknown } from './broker-errors.ts';

/** What a topic of a table lets go, and nothing else that the table holds. @throws SeclError `TOPIC_UNKNOWN`. */
export function cleanupOf(topics: ReadonlyMap<string, TopicCleanup>, name: string): TopicCleanup {
  const topic = topics.get(name);
  if (topic === undefined) throw topicUnknown(name);
  const { compacted, retentionMs, retentionBytes } = topic;
  return { compacted, retentionMs, retentionBytes };
}
