import type { IncomingRecord, PartitionCommit, RecordPosition } from '../ports/broker.ts';
import type { TopicPartition } from './assign-partitions.ts';

/** Most bytes of records (as limits count them) that one fetch collects, beyond the first record. */
export const MAX_FETCH_BYTES = 8 * 1024 * 1024;

/** What a group owns of a topic. */
export interface GroupPartition extends TopicPartition {
  readonly groupId: string;
}

/** What a new owner finds, read after every former owner was fenced. */
export interface AcquiredPartition {
  /** Grows with every owner; commits under a smaller one are refused. */
  readonly epoch: bigint;
  readonly startOffset: bigint;
  readonly state: ReadonlyMap<string, Uint8Array>;
}

/** Committed records from some offset on. */
export interface FetchedRecords {
  readonly records: readonly IncomingRecord[];
  /** Where to read on: the partition's end if everything up to there was read, gaps included. */
  readonly next: bigint;
}

/** What group membership needs from the log underneath. */
export interface GroupStore {
  /** @throws SeclError `BROKER_CLOSED`. */
  assertOpen(): void;
  /** @throws SeclError `TOPIC_UNKNOWN`. */
  partitionCount(topic: string): number;
  /** Raises the epoch durably, then reads offset and state. */
  acquire(owner: GroupPartition): Promise<AcquiredPartition>;
  /** @throws SeclError `OFFSET_OUT_OF_RANGE`. */
  fetch(place: TopicPartition, from: bigint, maxRecords: number): Promise<FetchedRecords>;
  /** Resolves when the partition's end is beyond `end`, when the signal fires, or after `waitMs`. */
  waitBeyond(
    place: TopicPartition,
    end: bigint,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<void>;
  /** @throws SeclError `FENCED` if `epoch` is not the newest. */
  commit(
    owner: GroupPartition,
    epoch: bigint,
    commit: PartitionCommit,
  ): Promise<readonly RecordPosition[]>;
}
