import type { Topic } from '../../broker/check-topic.ts';
import {
  KIND,
  kindRange,
  ownerKey,
  parseOwnerKey,
  partitionKey,
  topicKey,
  type OwnerId,
  type PartitionId,
} from './log-keys.ts';
import type { LevelStore, StoreOperation } from './level-store.ts';
import { logCorrupt, seal, SEAL_BYTES } from './sealed-value.ts';

/** A topic and its number in keys. */
export interface TopicEntry extends Topic {
  readonly topicId: number;
}

/** Bounds of a partition, and what its records count for limits. */
export interface PartitionEntry extends PartitionId {
  readonly earliest: bigint;
  readonly end: bigint;
  readonly bytes: number;
}

/** Newest epoch and committed offset of a group on a partition. */
export interface OwnerEntry extends OwnerId {
  readonly epoch: bigint;
  readonly nextOffset: bigint | undefined;
}

/** What is kept in memory of a log besides its records and states. */
export interface Tables {
  readonly topics: Table<TopicEntry>;
  readonly partitions: Table<PartitionEntry>;
  readonly owners: Table<OwnerEntry>;
}

interface Table<V> {
  get(id: string): V | undefined;
  set(id: string, value: V): void;
}

/** {@link Tables} of what is committed. */
export interface CommittedTables {
  readonly topics: Map<string, TopicEntry>;
  readonly partitions: Map<string, PartitionEntry>;
  readonly owners: Map<string, OwnerEntry>;
}

export function partitionName({ topicId, partition }: PartitionId): string {
  return `${topicId}/${partition}`;
}

export function ownerName({ groupId, topicId, partition }: OwnerId): string {
  return `${topicId}/${partition}/${groupId}`;
}

/** A partition's entry; one that was never written to is empty. */
export function partitionEntry(tables: Tables, id: PartitionId): PartitionEntry {
  const { topicId, partition } = id;
  return (
    tables.partitions.get(partitionName(id)) ?? {
      topicId,
      partition,
      earliest: 0n,
      end: 0n,
      bytes: 0,
    }
  );
}

/** A group's entry; a group that was never there has epoch 0. */
export function ownerEntry(tables: Tables, id: OwnerId): OwnerEntry {
  const { groupId, topicId, partition } = id;
  return (
    tables.owners.get(ownerName(id)) ?? {
      groupId,
      topicId,
      partition,
      epoch: 0n,
      nextOffset: undefined,
    }
  );
}

/** Stored as JSON: topics are few. */
export function topicOperation(entry: TopicEntry): StoreOperation {
  const key = topicKey(entry.name);
  const json = Buffer.from(JSON.stringify(entry));
  return {
    type: 'put',
    key,
    value: seal(key, Buffer.concat([json, Buffer.alloc(SEAL_BYTES)])),
  };
}

/** Stored as three 64-bit numbers: earliest, end, bytes. */
export function partitionOperation(entry: PartitionEntry): StoreOperation {
  const key = partitionKey(entry);
  const value = Buffer.alloc(24 + SEAL_BYTES);
  value.writeBigUInt64BE(entry.earliest, 0);
  value.writeBigUInt64BE(entry.end, 8);
  value.writeBigUInt64BE(BigInt(entry.bytes), 16);
  return { type: 'put', key, value: seal(key, value) };
}

/** Stored as one or two 64-bit numbers: epoch, and the offset if one was committed. */
export function ownerOperation(entry: OwnerEntry): StoreOperation {
  const key = ownerKey(entry);
  const value = Buffer.alloc((entry.nextOffset === undefined ? 8 : 16) + SEAL_BYTES);
  value.writeBigUInt64BE(entry.epoch, 0);
  if (entry.nextOffset !== undefined) value.writeBigUInt64BE(entry.nextOffset, 8);
  return { type: 'put', key, value: seal(key, value) };
}

/** @throws SeclError `LOG_CORRUPT`. */
export async function loadTables(store: LevelStore): Promise<CommittedTables> {
  const tables: CommittedTables = { topics: new Map(), partitions: new Map(), owners: new Map() };
  for await (const [, value] of store.entries(kindRange(KIND.topic))) {
    const topic = JSON.parse(value.toString()) as TopicEntry;
    tables.topics.set(topic.name, topic);
  }
  for await (const [key, value] of store.entries(kindRange(KIND.partition))) {
    if (key.length !== 9 || value.length !== 24) throw logCorrupt(store.folder, 'a partition');
    const bytes = Buffer.from(key);
    const id = { topicId: bytes.readUInt32BE(1), partition: bytes.readUInt32BE(5) };
    tables.partitions.set(partitionName(id), {
      ...id,
      earliest: value.readBigUInt64BE(0),
      end: value.readBigUInt64BE(8),
      bytes: Number(value.readBigUInt64BE(16)),
    });
  }
  for await (const [key, value] of store.entries(kindRange(KIND.owner))) {
    if (value.length !== 8 && value.length !== 16) throw logCorrupt(store.folder, 'a group');
    const id = parseOwnerKey(key);
    tables.owners.set(ownerName(id), {
      ...id,
      epoch: value.readBigUInt64BE(0),
      nextOffset: value.length === 16 ? value.readBigUInt64BE(8) : undefined,
    });
  }
  return tables;
}
