import type { OutgoingRecord } from '../../../src/ports/broker.ts';

/** Topics of the model, each with its rule for what may go. */
export const MODEL_TOPICS = [
  { name: 'input', partitions: 2 },
  { name: 'aged', partitions: 1, retentionMs: 1000 },
  { name: 'sized', partitions: 1, retentionBytes: 500 },
  { name: 'compacted', partitions: 1, compacted: true, retentionMs: 200_000_000 },
] as const;

/** A record as the model keeps it: texts, since they compare well. */
export interface ModelRecord {
  readonly offset: bigint;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestampMs: number;
}

interface ModelPartition {
  records: ModelRecord[];
  earliest: bigint;
  end: bigint;
}

const DAY_MS = 86_400_000;

/** ASCII only, so a letter is a byte; 100 is what a record costs besides. */
const sizeOf = ({ key, value }: ModelRecord): number =>
  100 + (key?.length ?? 0) + (value?.length ?? 0);

/**
 * What a broker is meant to hold, in the plainest words: lists of records, and a map of what each input
 * partition's group committed. Written from the port's promises, not from an implementation; it shares no
 * code with them.
 */
export class BrokerModel {
  nowMs = 0;
  readonly partitions = new Map<string, ModelPartition>();
  /** By input partition. */
  readonly committed = new Map<number, bigint>();
  readonly state = new Map<number, Map<string, string>>([
    [0, new Map()],
    [1, new Map()],
  ]);
  /** Next offset the current lease polls, by input partition. */
  readonly positions = new Map<number, bigint>();

  constructor() {
    for (const { name, partitions } of MODEL_TOPICS) {
      for (let p = 0; p < partitions; p++) {
        this.partitions.set(`${name}/${p}`, { records: [], earliest: 0n, end: 0n });
      }
    }
  }

  partition(topic: string, partition: number): ModelPartition {
    return this.partitions.get(`${topic}/${partition}`)!;
  }

  /** One transaction; its marker takes an offset on each partition it wrote to. */
  write(records: readonly OutgoingRecord[]): void {
    const touched = new Set<ModelPartition>();
    const text = (bytes: Uint8Array | null): string | null =>
      bytes === null ? null : new TextDecoder().decode(bytes);
    for (const record of records) {
      const place = this.partition(record.topic, record.partition!);
      place.records.push({
        offset: place.end++,
        key: text(record.key),
        value: text(record.value),
        timestampMs: record.timestampMs ?? this.nowMs,
      });
      touched.add(place);
    }
    for (const place of touched) place.end += 1n;
  }

  commit(
    partition: number,
    nextOffset: bigint,
    records: readonly OutgoingRecord[],
    state: ReadonlyMap<string, string | null>,
  ): void {
    this.write(records);
    this.committed.set(partition, nextOffset);
    for (const [key, value] of state) {
      if (value === null) this.state.get(partition)!.delete(key);
      else this.state.get(partition)!.set(key, value);
    }
  }

  clean(): void {
    for (const spec of MODEL_TOPICS) {
      for (let p = 0; p < spec.partitions; p++) {
        const place = this.partition(spec.name, p);
        const size = (): number => place.records.reduce((sum, r) => sum + sizeOf(r), 0);
        const goes = (oldest: ModelRecord): boolean =>
          ('retentionMs' in spec && this.nowMs - oldest.timestampMs > spec.retentionMs) ||
          ('retentionBytes' in spec && size() > spec.retentionBytes);
        while (place.records.length > 0 && goes(place.records[0]!)) {
          place.earliest = place.records.shift()!.offset + 1n;
        }
        if ('compacted' in spec) {
          place.records = place.records.filter(
            ({ key, value, offset, timestampMs }) =>
              !place.records.some((newer) => newer.key === key && newer.offset > offset) &&
              !(value === null && this.nowMs - timestampMs > DAY_MS),
          );
        }
      }
    }
  }
}
