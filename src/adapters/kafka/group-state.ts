import { createHash } from 'node:crypto';
import type { TopicPartition } from '../../broker/assign-partitions.ts';
import type { GroupPartition } from '../../broker/group-store.ts';
import { readThrough } from '../../broker/read-through.ts';
import { fetchBounds } from './fetch-bounds.ts';
import type { KafkaClient } from './kafka-client.ts';
import { keepTrying } from './keep-trying.ts';
import { PartitionReader, type ReaderOptions } from './partition-reader.ts';

/** Longest name of a topic, less what is put around it here. */
const NAME_LENGTH = 249 - '-00000000-state'.length;
const decoder = new TextDecoder();

/**
 * The compacted topic that holds a group's state about an input topic, partition by partition. Names may
 * hold what separates them, so a hash of both keeps two groups apart.
 */
export function stateTopic(groupId: string, topic: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([groupId, topic]))
    .digest('hex');
  const name = `${groupId}-${topic}`.replaceAll(/[^a-zA-Z0-9._-]/g, '_');
  return `${name.slice(0, NAME_LENGTH)}-${hash.slice(0, 8)}-state`;
}

/** The transactional id of whoever owns an input partition for a group; no two partitions share one. */
export function ownerId({ groupId, topic, partition }: GroupPartition): string {
  // A slash is in no topic's name, so that the last two are its separators, whatever the group is called.
  return `${groupId}/${topic}/${partition}`;
}

/** Next offset the group will consume, or `undefined` if it never committed. */
export async function fetchCommitted(
  client: KafkaClient,
  { groupId, topic, partition }: GroupPartition,
  patienceMs: number,
): Promise<bigint | undefined> {
  const { responses } = await keepTrying(
    () =>
      client.onCoordinator('group', groupId, (node) =>
        node.offsetFetch({ groupId, topics: [{ topic, partitions: [{ partition }] }] }),
      ),
    { patienceMs },
  );
  const offset = BigInt(responses[0]!.partitions[0]!.offset);
  return offset < 0n ? undefined : offset;
}

/** Committed state, read to the end that the partition of the state topic has at the moment. */
export async function restoreState(
  client: KafkaClient,
  place: TopicPartition,
  options: ReaderOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { earliest, end } = await fetchBounds(client, place, options.patienceMs);
  const state = new Map<string, Uint8Array>();
  if (earliest >= end) return state;
  const reader = new PartitionReader(client, place, options);
  const source = {
    endOf: () => Promise.resolve(end),
    fetch: (from: bigint, maxRecords: number) => reader.fetch(from, maxRecords),
  };
  for await (const { key, value } of readThrough(source, earliest, options.signal)) {
    if (key === null) continue;
    if (value === null) state.delete(decoder.decode(key));
    // A copy: what was fetched shares its bytes with everything around it.
    else state.set(decoder.decode(key), Uint8Array.from(value));
  }
  return state;
}
