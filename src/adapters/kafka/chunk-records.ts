import type { TopicPartition } from '../../broker/assign-partitions.ts';
import type { PlannedRecord } from '../../broker/plan-records.ts';

/** Records for one partition that go into one batch. */
export interface RecordChunk extends TopicPartition {
  readonly records: readonly PlannedRecord[];
  /** Place of each in what was handed in. */
  readonly indices: readonly number[];
}

/**
 * Cuts records into batches that brokers accept, since their limit for a record is one for a batch.
 *
 * @param maxBytes - Most bytes of a batch, as records count theirs; a record above it goes alone.
 * @returns Rounds to be written one after the other; a round has at most one batch a partition, and those
 *   of a partition keep its records' order.
 */
export function chunkRecords(
  records: readonly PlannedRecord[],
  maxBytes: number,
): readonly (readonly RecordChunk[])[] {
  const open = new Map<string, { round: number; bytes: number; chunk: OpenChunk }>();
  const rounds: OpenChunk[][] = [];
  records.forEach((record, index) => {
    const { topic, partition, bytes } = record;
    const id = `${partition}/${topic}`;
    let current = open.get(id);
    if (current === undefined || current.bytes + bytes > maxBytes) {
      const round = current === undefined ? 0 : current.round + 1;
      const chunk: OpenChunk = { topic, partition, records: [], indices: [] };
      current = { round, bytes: 0, chunk };
      open.set(id, current);
      (rounds[round] ??= []).push(chunk);
    }
    current.bytes += bytes;
    current.chunk.records.push(record);
    current.chunk.indices.push(index);
  });
  return rounds;
}

interface OpenChunk extends TopicPartition {
  readonly records: PlannedRecord[];
  readonly indices: number[];
}
