import type { Topic } from './check-topic.ts';

/** How long a tombstone outlives what it deleted, so that slow readers see it; Kafka's default, 24 hours. */
export const TOMBSTONE_RETENTION_MS = 86_400_000;

/**
 * Whether retention lets the oldest record of a partition go. Asked of one record after the other, from
 * the oldest on, until the answer is no.
 *
 * @param partitionBytes - What the partition holds, this record included.
 */
export function isExpired(
  topic: Pick<Topic, 'retentionMs' | 'retentionBytes'>,
  record: { readonly timestampMs: number },
  partitionBytes: number,
  nowMs: number,
): boolean {
  const { retentionMs, retentionBytes } = topic;
  return (
    (retentionMs !== null && nowMs - record.timestampMs > retentionMs) ||
    (retentionBytes !== null && partitionBytes > retentionBytes)
  );
}

/** A record as {@link KeySweep} sees it. */
export interface SweptRecord {
  readonly offset: bigint;
  readonly bytes: number;
}

/** Bytes as a string that no other bytes give. */
function nameOf(key: Uint8Array): string {
  let name = '';
  for (const byte of key) name += String.fromCharCode(byte);
  return name;
}

/**
 * One pass of compaction over a partition: fed with its records, oldest first, it names those that a
 * newer record of the same key makes superfluous, and in the end the tombstones that are old enough.
 *
 * @remarks Memory grows with the number of distinct keys.
 */
export class KeySweep {
  readonly #newest = new Map<string, SweptRecord & { readonly deletedMs: number | null }>();

  /** @returns The record that this one supersedes, if any. */
  see(
    record: SweptRecord & {
      readonly key: Uint8Array | null;
      readonly value: Uint8Array | null;
      readonly timestampMs: number;
    },
  ): SweptRecord | undefined {
    // Written before the topic was compacted; nothing can supersede it.
    if (record.key === null) return undefined;
    const name = nameOf(record.key);
    const older = this.#newest.get(name);
    this.#newest.set(name, {
      offset: record.offset,
      bytes: record.bytes,
      deletedMs: record.value === null ? record.timestampMs : null,
    });
    return older;
  }

  /** Tombstones that may go, after the last record has been seen. */
  *expiredTombstones(nowMs: number): Generator<SweptRecord> {
    for (const record of this.#newest.values()) {
      if (record.deletedMs !== null && nowMs - record.deletedMs > TOMBSTONE_RETENTION_MS)
        yield record;
    }
  }
}
