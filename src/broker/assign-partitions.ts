/** One partition of one topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A member of a consumer group and the topics it reads. */
export interface MemberSubscription {
  readonly memberId: string;
  readonly topics: readonly string[];
}

/**
 * Shares out partitions among the members of a group: each partition of a topic goes to exactly one of
 * the members that read this topic, in contiguous ranges that differ in length by one at most.
 *
 * Ranges, not round robin over all topics: members that read the same topics get the same partition
 * numbers of each, so that records with one key meet in one member.
 *
 * @param members - In the order they joined; earlier ones get the longer ranges. Not mutated.
 * @param partitionCounts - Partitions by topic name; a topic that is missing has none.
 * @returns Partitions by member id, sorted by topic and partition; an idle member has an empty list.
 * Source: the range assignor of Apache Kafka.
 */
export function assignPartitions(
  members: readonly MemberSubscription[],
  partitionCounts: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly TopicPartition[]> {
  const assignment = new Map<string, TopicPartition[]>();
  for (const { memberId } of members) assignment.set(memberId, []);
  for (const topic of [...new Set(members.flatMap((member) => member.topics))].sort()) {
    const readers = members.filter((member) => member.topics.includes(topic));
    const partitions = partitionCounts.get(topic) ?? 0;
    const share = Math.floor(partitions / readers.length);
    const longer = partitions % readers.length;
    let next = 0;
    readers.forEach(({ memberId }, index) => {
      const end = next + share + (index < longer ? 1 : 0);
      for (; next < end; next++) assignment.get(memberId)?.push({ topic, partition: next });
    });
  }
  return assignment;
}
