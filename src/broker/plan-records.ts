import { precondition, SeclError } from '../errors/secl-error.ts';
import type { OutgoingRecord, RecordHeaders, RecordPosition } from '../ports/broker.ts';
import { topicUnknown } from './broker-errors.ts';
import { partitionForKey } from './partition-for-key.ts';

/**
 * Bytes that every record is charged besides its key, value and headers: what Kafka's framing takes at
 * most (61 for a batch of one, and the varints), so that a record that fits here fits there.
 */
export const RECORD_OVERHEAD_BYTES = 100;
/** Kafka's default for a batch is 1 MiB and 12 bytes. */
export const DEFAULT_MAX_RECORD_BYTES = 1_048_576;

/** A record whose place is known but for its offset. */
export interface PlannedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: RecordHeaders;
  readonly timestampMs: number;
  /** As {@link recordBytes} counts. */
  readonly bytes: number;
}

/** What planning has to know. */
export interface PlanContext {
  readonly topic: (
    name: string,
  ) => { readonly partitions: number; readonly compacted: boolean } | undefined;
  /** Partition of the next record without a key. */
  readonly nextPartition: (topic: string, partitions: number) => number;
  readonly nowMs: number;
  readonly maxRecordBytes: number;
}

const encoder = new TextEncoder();

/** What a record counts for limits, retention and quotas: key, value, headers, fixed overhead. */
export function recordBytes(record: Pick<OutgoingRecord, 'key' | 'value' | 'headers'>): number {
  let bytes = RECORD_OVERHEAD_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const [name, value] of Object.entries(record.headers ?? {})) {
    bytes += encoder.encode(name).length + value.length;
  }
  return bytes;
}

/** @throws SeclError `RECORD_TOO_LARGE`. */
export function checkSize(what: string, bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw new SeclError('RECORD_TOO_LARGE', `${what} takes ${bytes} bytes, ${maxBytes} are allowed`, {
    hint: 'Split it, keep the bulk outside and write a reference, or raise the record size limit.',
  });
}

/**
 * Checks records and gives each its partition. Values are not copied.
 *
 * @returns Same order.
 * @throws SeclError `TOPIC_UNKNOWN`, `RECORD_TOO_LARGE`; `PRECONDITION` if a compacted topic is given a
 *   record without a key, or a timestamp is not a non-negative integer.
 */
export function planRecords(
  records: readonly OutgoingRecord[],
  context: PlanContext,
): readonly PlannedRecord[] {
  return records.map((record) => {
    const { topic: name, key, value, headers = {}, timestampMs = context.nowMs } = record;
    const topic = context.topic(name);
    if (topic === undefined) throw topicUnknown(name);
    const { partitions, compacted } = topic;
    precondition(
      Number.isSafeInteger(timestampMs) && timestampMs >= 0,
      `timestamp of a record for ${name} = ${timestampMs}`,
    );
    precondition(!compacted || key !== null, `topic ${name} is compacted: its records need a key`);
    const bytes = recordBytes(record);
    checkSize(`a record for ${name}`, bytes, context.maxRecordBytes);
    const partition =
      record.partition ??
      (key === null ? context.nextPartition(name, partitions) : partitionForKey(key, partitions));
    if (!Number.isInteger(partition) || partition < 0 || partition >= partitions) {
      throw topicUnknown(name, partition, partitions);
    }
    return { topic: name, partition, key, value, headers, timestampMs, bytes };
  });
}

/**
 * Gives the records of one transaction their offsets. A transaction takes one offset more on each
 * partition it writes to: Kafka ends it with a marker there, and what runs here must not rely on
 * offsets without gaps.
 *
 * @param endOf - Offset the partition's next record gets.
 * @param setEnd - Called once a partition, with the end after the transaction.
 */
export function allotOffsets(
  records: readonly PlannedRecord[],
  endOf: (topic: string, partition: number) => bigint,
  setEnd: (topic: string, partition: number, end: bigint) => void,
): readonly RecordPosition[] {
  const ends = new Map<string, { topic: string; partition: number; next: bigint }>();
  const positions = records.map(({ topic, partition }) => {
    const id = `${partition}/${topic}`;
    const end = ends.get(id) ?? { topic, partition, next: endOf(topic, partition) };
    ends.set(id, end);
    return { topic, partition, offset: end.next++ };
  });
  for (const { topic, partition, next } of ends.values()) setEnd(topic, partition, next + 1n);
  return positions;
}
