import { offsetOutOfRange } from '../../broker/broker-errors.ts';
import type { Topic } from '../../broker/check-topic.ts';
import { MAX_FETCH_BYTES, type FetchedRecords } from '../../broker/group-store.ts';
import type { PlannedRecord } from '../../broker/plan-records.ts';
import { isExpired, KeySweep } from '../../broker/retention.ts';
import type { IncomingRecord, RecordHeaders } from '../../ports/broker.ts';

interface StoredRecord extends PlannedRecord {
  readonly offset: bigint;
}

const copyBytes = (bytes: Uint8Array | null): Uint8Array | null =>
  bytes === null ? null : Uint8Array.from(bytes);

const copyHeaders = (headers: RecordHeaders): RecordHeaders =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Uint8Array.from(value)]),
  );

/** One partition of the in-memory broker: an array of records, oldest first. */
export class MemoryPartition {
  #records: StoredRecord[] = [];
  #earliest = 0n;
  #bytes = 0;
  /** Offset that the next transaction starts at. */
  end = 0n;

  get earliest(): bigint {
    return this.#earliest;
  }

  /** Stores a copy; `offset` is above that of every record before. */
  add(record: PlannedRecord, offset: bigint): void {
    this.#bytes += record.bytes;
    this.#records.push({
      ...record,
      key: copyBytes(record.key),
      value: copyBytes(record.value),
      headers: copyHeaders(record.headers),
      offset,
    });
  }

  /**
   * Copies of records from an offset on.
   *
   * @throws SeclError `OFFSET_OUT_OF_RANGE`.
   */
  fetch(topic: string, partition: number, from: bigint, maxRecords: number): FetchedRecords {
    const { earliest, end } = this;
    if (from < earliest || from > end) {
      throw offsetOutOfRange({ topic, partition, offset: from }, { earliest, end });
    }
    const records: IncomingRecord[] = [];
    let bytes = 0;
    for (let i = this.#indexOf(from); i < this.#records.length; i++) {
      const record = this.#records[i]!;
      if (records.length === maxRecords || (bytes += record.bytes) > MAX_FETCH_BYTES) {
        if (records.length > 0) return { records, next: records.at(-1)!.offset + 1n };
      }
      const { offset, timestampMs, key, value, headers } = record;
      records.push({
        topic,
        partition,
        offset,
        key: copyBytes(key),
        value: copyBytes(value),
        headers: copyHeaders(headers),
        timestampMs,
      });
    }
    return { records, next: end };
  }

  /** Deletes what the topic's rules allow to go. */
  clean(topic: Topic, nowMs: number): void {
    let expired = 0;
    for (const record of this.#records) {
      if (!isExpired(topic, record, this.#bytes, nowMs)) break;
      this.#bytes -= record.bytes;
      this.#earliest = record.offset + 1n;
      expired += 1;
    }
    this.#records.splice(0, expired);
    if (topic.compacted) this.#compact(nowMs);
  }

  #compact(nowMs: number): void {
    const sweep = new KeySweep();
    const deleted = new Set<bigint>();
    for (const record of this.#records) {
      const older = sweep.see(record);
      if (older !== undefined) deleted.add(older.offset);
    }
    for (const { offset } of sweep.expiredTombstones(nowMs)) deleted.add(offset);
    this.#records = this.#records.filter((record) => {
      if (!deleted.has(record.offset)) return true;
      this.#bytes -= record.bytes;
      return false;
    });
  }

  /** Index of the first record at or above an offset (binary search). */
  #indexOf(offset: bigint): number {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#records[middle]!.offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
