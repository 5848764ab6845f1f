/**
 * Keys of the store. One letter says the kind; numbers are big-endian, so that byte order is number
 * order; texts are preceded by their length in bytes (16 bits), so that no text runs into what follows.
 *
 *     F                                       format: version of all this
 *     T name                                  topic
 *     P topicId:32 partition:32               bounds and size of a partition
 *     R topicId:32 partition:32 offset:64     record
 *     O group topicId:32 partition:32         epoch and committed offset of a group
 *     S group topicId:32 partition:32 key     state entry
 *     N                                       number of topics and of groups' partitions
 *     C sequence:64                           marker of a write, see `log-chain.ts`
 */

/** First byte of a key. */
export const KIND = {
  format: 0x46,
  topic: 0x54,
  partition: 0x50,
  record: 0x52,
  owner: 0x4f,
  state: 0x53,
  chain: 0x43,
  counts: 0x4e,
} as const;

/** A partition by the number of its topic. */
export interface PartitionId {
  readonly topicId: number;
  readonly partition: number;
}

/** What a group has of a partition. */
export interface OwnerId extends PartitionId {
  readonly groupId: string;
}

/** Half-open range of keys. */
export interface KeyRange {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
}

const LAST_OFFSET = 2n ** 64n - 1n;

/** The one key that holds the format's version. */
export const formatKey: Uint8Array = Uint8Array.of(KIND.format);

/** The one key that holds how many entries of some kinds there are. */
export const countsKey: Uint8Array = Uint8Array.of(KIND.counts);

/** All keys of a kind. */
export function kindRange(kind: number): KeyRange {
  return { gte: Uint8Array.of(kind), lt: Uint8Array.of(kind + 1) };
}

export function topicKey(name: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(KIND.topic), Buffer.from(name)]);
}

export function partitionKey({ topicId, partition }: PartitionId): Uint8Array {
  const key = Buffer.allocUnsafe(9);
  key.writeUInt8(KIND.partition);
  key.writeUInt32BE(topicId, 1);
  key.writeUInt32BE(partition, 5);
  return key;
}

export function recordKey({ topicId, partition }: PartitionId, offset: bigint): Uint8Array {
  const key = Buffer.allocUnsafe(17);
  key.writeUInt8(KIND.record);
  key.writeUInt32BE(topicId, 1);
  key.writeUInt32BE(partition, 5);
  key.writeBigUInt64BE(offset, 9);
  return key;
}

/** Records from an offset up to, but not including, another. */
export function recordRange(id: PartitionId, from: bigint, to: bigint = LAST_OFFSET): KeyRange {
  return { gte: recordKey(id, from), lt: recordKey(id, to) };
}

/** Offset in a record's key. */
export function offsetOfRecordKey(key: Uint8Array): bigint {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).readBigUInt64BE(9);
}

function groupKey(kind: number, { groupId, topicId, partition }: OwnerId): Buffer {
  const group = Buffer.from(groupId);
  const key = Buffer.allocUnsafe(11 + group.length);
  key.writeUInt8(kind);
  key.writeUInt16BE(group.length, 1);
  key.set(group, 3);
  key.writeUInt32BE(topicId, 3 + group.length);
  key.writeUInt32BE(partition, 7 + group.length);
  return key;
}

export function ownerKey(id: OwnerId): Uint8Array {
  return groupKey(KIND.owner, id);
}

/** What {@link ownerKey} was made of. */
export function parseOwnerKey(bytes: Uint8Array): OwnerId {
  const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = key.readUInt16BE(1);
  return {
    groupId: key.toString('utf8', 3, 3 + length),
    topicId: key.readUInt32BE(3 + length),
    partition: key.readUInt32BE(7 + length),
  };
}

export function stateKey(id: OwnerId, entry: string): Uint8Array {
  return Buffer.concat([groupKey(KIND.state, id), Buffer.from(entry)]);
}

/** All state entries of a group and partition; entry names are never empty. */
export function stateRange(id: OwnerId): KeyRange {
  const gte = groupKey(KIND.state, id);
  // No byte of UTF-8 is 0xff, so this is above every entry.
  return { gte, lt: Buffer.concat([gte, Uint8Array.of(0xff)]) };
}

/** Name of the entry in a state key. */
export function entryOfStateKey(key: Uint8Array): string {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  return bytes.toString('utf8', 11 + bytes.readUInt16BE(1));
}

export function chainKey(sequence: bigint): Uint8Array {
  const key = Buffer.allocUnsafe(9);
  key.writeUInt8(KIND.chain);
  key.writeBigUInt64BE(sequence, 1);
  return key;
}

/** Number in a chain key. */
export function sequenceOfChainKey(key: Uint8Array): bigint {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).readBigUInt64BE(1);
}
