import { recordBytes } from '../../broker/plan-records.ts';
import { isExpired, KeySweep, type SweptRecord } from '../../broker/retention.ts';
import { GapCheck } from './gap-check.ts';
import type { LevelStore } from './level-store.ts';
import { offsetOfRecordKey, recordKey, recordRange, type PartitionId } from './log-keys.ts';
import {
  partitionEntry,
  type CommittedTables,
  type PartitionEntry,
  type TopicEntry,
} from './log-tables.ts';
import { parseRecord, type FramedRecord } from './record-framing.ts';
import { logCorrupt } from './sealed-value.ts';
import type { TransactionQueue } from './transaction-queue.ts';

/** Records deleted by one transaction; cleaning gives way to others in between. */
const CHUNK_RECORDS = 1000;
/** From so many deleted bytes on, the disk space is claimed back at once. */
const RECLAIM_BYTES = 16 * 1024 * 1024;

/** What cleaning works on. */
export interface CleanContext {
  readonly store: LevelStore;
  readonly tables: CommittedTables;
  readonly queue: TransactionQueue;
  readonly nowMs: number;
}

type StoredRecord = FramedRecord & SweptRecord;

/**
 * Deletes what a topic's retention and compaction allow to go in one partition, in chunks, each of them
 * atomic: a crash in between leaves a log that is cleaned less.
 *
 * @returns Bytes that were deleted, as limits count them.
 */
export async function cleanPartition(
  context: CleanContext,
  topic: TopicEntry,
  id: PartitionId,
): Promise<number> {
  const { store, tables } = context;
  let deleted = 0;
  if (topic.retentionMs !== null || topic.retentionBytes !== null) {
    deleted += await expire(context, topic, id);
  }
  if (topic.compacted) deleted += await compact(context, id);
  if (deleted >= RECLAIM_BYTES) {
    await store.reclaim(recordRange(id, 0n, partitionEntry(tables, id).end));
  }
  return deleted;
}

async function* storedRecords(
  { store, tables }: CleanContext,
  id: PartitionId,
): AsyncGenerator<StoredRecord, void, undefined> {
  const entry = partitionEntry(tables, id);
  const { earliest, end } = entry;
  const gaps = new GapCheck(store.folder, entry, earliest);
  for await (const [key, value] of store.entries(recordRange(id, earliest, end))) {
    const record = parseRecord(value);
    if (record === undefined) throw logCorrupt(store.folder, 'a record');
    const offset = offsetOfRecordKey(key);
    gaps.reach(offset);
    yield { ...record, offset, bytes: recordBytes(record) };
  }
  gaps.reach(end);
}

async function expire(context: CleanContext, topic: TopicEntry, id: PartitionId): Promise<number> {
  let left = partitionEntry(context.tables, id).bytes;
  let deleted = 0;
  let chunk: SweptRecord[] = [];
  const flush = async (): Promise<void> => {
    const newest = chunk.at(-1);
    if (newest === undefined) return;
    await deleteRecords(context, id, chunk, { earliest: newest.offset + 1n });
    chunk = [];
  };
  for await (const record of storedRecords(context, id)) {
    if (!isExpired(topic, record, left, context.nowMs)) break;
    left -= record.bytes;
    deleted += record.bytes;
    chunk.push(record);
    if (chunk.length === CHUNK_RECORDS) await flush();
  }
  await flush();
  return deleted;
}

async function compact(context: CleanContext, id: PartitionId): Promise<number> {
  const sweep = new KeySweep();
  let deleted = 0;
  let chunk: SweptRecord[] = [];
  const remove = async (record: SweptRecord): Promise<void> => {
    deleted += record.bytes;
    chunk.push(record);
    if (chunk.length < CHUNK_RECORDS) return;
    await deleteRecords(context, id, chunk, { thinned: true });
    chunk = [];
  };
  for await (const record of storedRecords(context, id)) {
    const older = sweep.see(record);
    if (older !== undefined) await remove(older);
  }
  for (const record of sweep.expiredTombstones(context.nowMs)) await remove(record);
  if (chunk.length > 0) await deleteRecords(context, id, chunk, { thinned: true });
  return deleted;
}

async function deleteRecords(
  { queue }: CleanContext,
  id: PartitionId,
  records: readonly SweptRecord[],
  change: Partial<PartitionEntry>,
): Promise<void> {
  await queue.run((draft) => {
    const entry = partitionEntry(draft, id);
    const bytes = records.reduce((sum, record) => sum + record.bytes, 0);
    for (const { offset } of records) draft.add({ type: 'del', key: recordKey(id, offset) });
    draft.setPartition({ ...entry, ...change, bytes: entry.bytes - bytes });
  });
}
