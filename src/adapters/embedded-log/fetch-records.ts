import type { TopicPartition } from '../../broker/assign-partitions.ts';
import { offsetOutOfRange } from '../../broker/broker-errors.ts';
import { MAX_FETCH_BYTES, type FetchedRecords } from '../../broker/group-store.ts';
import { recordBytes } from '../../broker/plan-records.ts';
import type { IncomingRecord } from '../../ports/broker.ts';
import { GapCheck } from './gap-check.ts';
import type { LevelStore } from './level-store.ts';
import { offsetOfRecordKey, recordRange } from './log-keys.ts';
import type { PartitionEntry } from './log-tables.ts';
import { parseRecord } from './record-framing.ts';
import { logCorrupt } from './sealed-value.ts';

/**
 * Reads committed records of a partition from an offset on.
 *
 * @param entry - The partition's bounds as committed at the moment of the call.
 * @throws SeclError `OFFSET_OUT_OF_RANGE`; `LOG_CORRUPT`.
 */
export async function fetchRecords(
  store: LevelStore,
  entry: PartitionEntry,
  { topic, partition }: TopicPartition,
  from: bigint,
  maxRecords: number,
): Promise<FetchedRecords> {
  const { earliest, end } = entry;
  if (from < earliest || from > end) {
    throw offsetOutOfRange({ topic, partition, offset: from }, { earliest, end });
  }
  const records: IncomingRecord[] = [];
  if (from === end) return { records, next: end };
  const gaps = new GapCheck(store.folder, entry, from);
  let bytes = 0;
  // One more than asked for, to learn whether the rest is a gap.
  for await (const page of store.pages(recordRange(entry, from, end), maxRecords + 1)) {
    for (const [key, value] of page) {
      const record = parseRecord(value);
      if (record === undefined) throw logCorrupt(store.folder, 'a record');
      const offset = offsetOfRecordKey(key);
      gaps.reach(offset);
      bytes += recordBytes(record);
      const last = records.at(-1);
      if (last !== undefined && (records.length === maxRecords || bytes > MAX_FETCH_BYTES)) {
        return { records, next: last.offset + 1n };
      }
      records.push({ topic, partition, offset, ...record });
    }
  }
  gaps.reach(end);
  return { records, next: end };
}
