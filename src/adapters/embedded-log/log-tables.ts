import type { Topic } from '../../broker/check-topic.ts';
import {
  countsKey,
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
  /** Whether compaction has deleted records between others. */
  readonly thinned: boolean;
}

/** Newest epoch, committed offset and number of state entries of a group on a partition. */
export interface OwnerEntry extends OwnerId {
  readonly epoch: bigint;
  readonly stateEntries: number;
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

/** A partition's entry; one that is about to be made is empty. */
export function partitionEntry(tables: Tables, id: PartitionId): PartitionEntry {
  const { topicId, partition } = id;
  return (
    tables.partitions.get(partitionName(id)) ?? {
      topicId,
      partition,
      earliest: 0n,
      end: 0n,
      bytes: 0,
      thinned: false,
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
      stateEntries: 0,
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

/** Stored as three 64-bit numbers and a byte: earliest, end, bytes, thinned. */
export function partitionOperation(entry: PartitionEntry): StoreOperation {
  const key = partitionKey(entry);
  const value = Buffer.alloc(25 + SEAL_BYTES);
  value.writeBigUInt64BE(entry.earliest, 0);
  value.writeBigUInt64BE(entry.end, 8);
  value.writeBigUInt64BE(BigInt(entry.bytes), 16);
  value.writeUInt8(entry.thinned ? 1 : 0, 24);
  return { type: 'put', key, value: seal(key, value) };
}

/** Stored as 64, 32, and perhaps 64 bits: epoch, state entries, and the offset if one was committed. */
export function ownerOperation(entry: OwnerEntry): StoreOperation {
  const key = ownerKey(entry);
  const value = Buffer.alloc((entry.nextOffset === undefined ? 12 : 20) + SEAL_BYTES);
  value.writeBigUInt64BE(entry.epoch, 0);
  value.writeUInt32BE(entry.stateEntries, 8);
  if (entry.nextOffset !== undefined) value.writeBigUInt64BE(entry.nextOffset, 12);
  return { type: 'put', key, value: seal(key, value) };
}

/** Stored as two 32-bit numbers: how many topics and owners there are, so that a lost one is missed. */
export function countsOperation(topics: number, owners: number): StoreOperation {
  const value = Buffer.alloc(8 + SEAL_BYTES);
  value.writeUInt32BE(topics, 0);
  value.writeUInt32BE(owners, 4);
  return { type: 'put', key: countsKey, value: seal(countsKey, value) };
}

/** @throws SeclError `LOG_CORRUPT` if an entry is damaged or missing. */
export async function loadTables(store: LevelStore): Promise<CommittedTables> {
  const tables: CommittedTables = { topics: new Map(), partitions: new Map(), owners: new Map() };
  for await (const [, value] of store.entries(kindRange(KIND.topic))) {
    const topic = JSON.parse(value.toString()) as TopicEntry;
    tables.topics.set(topic.name, topic);
  }
  for await (const [key, value] of store.entries(kindRange(KIND.partition))) {
    const bytes = Buffer.from(key);
    const id = { topicId: bytes.readUInt32BE(1), partition: bytes.readUInt32BE(5) };
    tables.partitions.set(partitionName(id), {
      ...id,
      earliest: value.readBigUInt64BE(0),
      end: value.readBigUInt64BE(8),
      bytes: Number(value.readBigUInt64BE(16)),
      thinned: value.readUInt8(24) === 1,
    });
  }
  for await (const [key, value] of store.entries(kindRange(KIND.owner))) {
    const id = parseOwnerKey(key);
    tables.owners.set(ownerName(id), {
      ...id,
      epoch: value.readBigUInt64BE(0),
      stateEntries: value.readUInt32BE(8),
      nextOffset: value.length > 12 ? value.readBigUInt64BE(12) : undefined,
    });
  }
  let counted = { topics: 0, owners: 0 };
  for await (const [, value] of store.entries(kindRange(KIND.counts))) {
    counted = { topics: value.readUInt32BE(0), owners: value.readUInt32BE(4) };
  }
  let partitions = 0;
  for (const topic of tables.topics.values()) partitions += topic.partitions;
  if (
    counted.topics !== tables.topics.size ||
    counted.owners !== tables.owners.size ||
    partitions !== tables.partitions.size
  ) {
    throw logCorrupt(store.folder, 'topics, partitions or groups are missing');
  }
  return tables;
}
