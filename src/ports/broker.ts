import type { Observable } from 'rxjs';

/** Headers: names to bytes. */
export type RecordHeaders = Readonly<Record<string, Uint8Array>>;

/** A record to be written. */
export interface OutgoingRecord {
  readonly topic: string;
  /** Absent: chosen from the key's hash, or round robin without a key. */
  readonly partition?: number;
  readonly key: Uint8Array | null;
  /** `null` is a tombstone: a compacted topic forgets the key. */
  readonly value: Uint8Array | null;
  readonly headers?: RecordHeaders;
  /** Milliseconds since the epoch; absent: the broker's clock. */
  readonly timestampMs?: number;
}

/** A record as read. Offsets grow within a partition, with gaps. */
export interface IncomingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: RecordHeaders;
  readonly timestampMs: number;
}

/** Where a record was written. */
export interface RecordPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** A topic and how long it keeps what. */
export interface TopicSpec {
  readonly name: string;
  /** @defaultValue 1 */
  readonly partitions?: number;
  /** Keep only the newest record of each key. @defaultValue false */
  readonly compacted?: boolean;
  /** Records older than this may be deleted; absent: kept. */
  readonly retentionMs?: number;
  /** Oldest records beyond this many bytes a partition may be deleted; absent: kept. */
  readonly retentionBytes?: number;
}

/** How a topic is set up. */
export interface TopicSetup {
  /** Whether only the newest record of each key is kept. */
  readonly compacted: boolean;
  /** Records older than this may be deleted; `null`: kept whatever their age. */
  readonly retentionMs: number | null;
  /** Oldest records beyond this many bytes a partition may be deleted; `null`: kept. */
  readonly retentionBytes: number | null;
  /** Copies of each partition, of the one with the fewest; `null`: there is no more than one place. */
  readonly copies: number | null;
}

/** First offset still kept, and the offset the next committed record will have at least. */
export interface PartitionBounds {
  readonly earliest: bigint;
  readonly end: bigint;
}

/** Everything one stretch of input caused; it becomes visible whole or not at all. */
export interface PartitionCommit {
  /** Offset of the next record to consume. */
  readonly nextOffset: bigint;
  /** Records to write, in order. */
  readonly records: readonly OutgoingRecord[];
  /** State entries to set; `null` deletes. Entries not named stay. */
  readonly state: ReadonlyMap<string, Uint8Array | null>;
}

/**
 * One input partition, owned exclusively. A lease is handed out only after its owner has been fenced in,
 * committed offset and state have been read, in this order; a former owner's commit fails with `FENCED`.
 */
export interface PartitionLease {
  readonly topic: string;
  readonly partition: number;
  /** Next offset to consume, as committed (the earliest kept one for a new group). */
  readonly startOffset: bigint;
  /** Committed state at `startOffset`. Not mutated. */
  readonly state: ReadonlyMap<string, Uint8Array>;
  /** Fires when the partition is taken away; work in flight is to be dropped. */
  readonly revoked: AbortSignal;
  /**
   * Reads on from `startOffset`, then from where the last poll ended: committed records only. Resolves
   * with at least one record, or with none after `waitMs`, at the end of the partition. Polls run one
   * after the other, in the order of the calls.
   *
   * @throws SeclError `OFFSET_OUT_OF_RANGE` if the next record is no longer kept; `FENCED` when revoked.
   */
  poll(options: {
    readonly maxRecords: number;
    readonly waitMs: number;
  }): Promise<readonly IncomingRecord[]>;
  /**
   * Commits atomically: records, state, and `nextOffset` for the group.
   *
   * @throws SeclError `FENCED` if the lease is lost: another owner has taken over and nothing was written, or
   *   the broker stopped answering in mid-commit, and the next lease's `startOffset` tells what it did.
   */
  commit(commit: PartitionCommit): Promise<readonly RecordPosition[]>;
}

/** A partition of a topic. */
export type PartitionPlace = Pick<RecordPosition, 'topic' | 'partition'>;

/** Membership of a consumer group. */
export interface ConsumerGroup {
  /**
   * Every partition that it is assigned, whether it owns it already or not: now, and after each rebalance. `null` while
   * it is no member, before it has joined and while it joins again. Completes like `leases$`; never errors.
   */
  readonly assigned$: Observable<readonly PartitionPlace[] | null>;
  /** A lease each time a partition is assigned; first, those still held. Completes after `leave` and `close`. */
  readonly leases$: Observable<PartitionLease>;
  /** Gives up every partition and leaves. */
  leave(): Promise<void>;
}

/** Topics, partitions, offsets, groups and transactions, whatever stands behind them. */
export interface Broker {
  /** Creates what is missing; an existing topic keeps its partitions, its retention is updated. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<void>;
  /** Partition count by topic name, of every topic. */
  topics(): Promise<ReadonlyMap<string, number>>;
  /** How a topic is set up. @throws SeclError `TOPIC_UNKNOWN`. */
  setup(topic: string): Promise<TopicSetup>;
  /** Offsets that a partition holds. @throws SeclError `TOPIC_UNKNOWN`. */
  bounds(topic: string, partition: number): Promise<PartitionBounds>;
  /** Next offset the group will consume, or `undefined` if it never committed. */
  committedOffset(groupId: string, topic: string, partition: number): Promise<bigint | undefined>;
  /** Writes records atomically, outside any group. */
  append(records: readonly OutgoingRecord[]): Promise<readonly RecordPosition[]>;
  /**
   * Reads committed records from an offset on, outside any group; ends at the end that the partition had
   * when reading began.
   *
   * @throws SeclError `OFFSET_OUT_OF_RANGE` if `from` is below the earliest kept offset; `CANCELLED` when
   *   the signal fires.
   */
  read(
    topic: string,
    partition: number,
    from: bigint,
    signal?: AbortSignal,
  ): AsyncIterable<IncomingRecord>;
  /** Joins a group on topics; the leases come later. Whoever joins or leaves, every lease of the group is revoked. */
  join(groupId: string, topics: readonly string[]): Promise<ConsumerGroup>;
  /** Deletes what retention and compaction allow to go. */
  clean(): Promise<void>;
  /** Revokes every lease; whatever is asked for later fails with `BROKER_CLOSED`. */
  close(): Promise<void>;
}
