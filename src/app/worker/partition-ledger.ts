import type { PartitionLease, PartitionPlace } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';

/** How far a worker is with one partition that it was assigned. */
export interface PartitionStanding {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  /** Whether its lease is held; not before former owners are fenced and what they committed is read. */
  readonly owned: boolean;
  /** Next offset to consume, as committed; `null`: it was never owned. */
  readonly nextOffset: bigint | null;
  /** Whether the last look found nothing more to read, and all that was read has been committed. */
  readonly atEnd: boolean;
  /**
   * Monotonic milliseconds of the last progress: a commit, or a look that found the end; where there was none, of the
   * assignment. To be owned again is none, unless somebody has committed meanwhile.
   */
  readonly movedMs: number;
  /** When the newest record that was read had been written, milliseconds since the epoch; `null`: none was read. */
  readonly lastRecordMs: number | null;
}

/** Keeps account of a worker's partitions. */
export interface PartitionLedger {
  /** Every partition that is assigned now, owned or not yet, in order of group, topic and number. */
  standings(): readonly PartitionStanding[];
  /** The whole of what a group assigns; a partition that was assigned before keeps its standing. */
  assign(groupId: string, places: readonly PartitionPlace[]): void;
  /** The same lease, with its polls and commits entered into the ledger; owned until it is revoked or let go. */
  enter(groupId: string, lease: PartitionLease): { readonly lease: PartitionLease; letGo(): void };
}

interface Entry {
  standing: PartitionStanding;
  /** The lease that is held; one before it enters nothing any more. */
  holder: PartitionLease | null;
}

/** Makes a {@link PartitionLedger}. */
export function createPartitionLedger(clock: Clock): PartitionLedger {
  const entries = new Map<string, Entry>();
  const keyOf = (groupId: string, { topic, partition }: PartitionPlace): string =>
    JSON.stringify([groupId, topic, String(partition).padStart(6, '0')]);
  const entryOf = (groupId: string, { topic, partition }: PartitionPlace): Entry => {
    const key = keyOf(groupId, { topic, partition });
    const known = entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = {
      holder: null,
      standing: {
        ...{ groupId, topic, partition, owned: false, nextOffset: null, atEnd: false },
        ...{ movedMs: clock.monotonicMs(), lastRecordMs: null },
      },
    };
    entries.set(key, entry);
    return entry;
  };
  return {
    standings: () =>
      [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, { standing }]) => standing),
    assign: (groupId, places) => {
      const assigned = new Set(places.map((place) => keyOf(groupId, place)));
      for (const [key, { standing }] of entries)
        if (standing.groupId === groupId && !assigned.has(key)) entries.delete(key);
      for (const place of places) entryOf(groupId, place);
    },
    enter: (groupId, lease) => {
      const { topic, partition, startOffset } = lease;
      const entry = entryOf(groupId, lease);
      /** Offset after the newest record that was read. */
      let read = startOffset;
      const change = (news: Partial<PartitionStanding>): void => {
        if (entry.holder === lease) entry.standing = { ...entry.standing, ...news };
      };
      const progress = (news: Partial<PartitionStanding> = {}): void => {
        change({ ...news, movedMs: clock.monotonicMs() });
      };
      const letGo = (): void => {
        change({ owned: false, atEnd: false });
        if (entry.holder === lease) entry.holder = null;
      };
      const before = entry.standing.nextOffset;
      entry.holder = lease;
      change({ owned: true, nextOffset: startOffset, atEnd: false });
      if (before !== null && startOffset > before) progress();
      lease.revoked.addEventListener('abort', letGo, { once: true });
      const watched: PartitionLease = {
        topic,
        partition,
        startOffset,
        state: lease.state,
        revoked: lease.revoked,
        poll: async (options) => {
          const records = await lease.poll(options);
          const newest = records.at(-1);
          if (newest !== undefined) {
            read = newest.offset + 1n;
            change({ atEnd: false, lastRecordMs: newest.timestampMs });
          } else if (read <= (entry.standing.nextOffset ?? 0n)) progress({ atEnd: true });
          return records;
        },
        commit: async (commit) => {
          const positions = await lease.commit(commit);
          progress({ nextOffset: commit.nextOffset });
          return positions;
        },
      };
      return { lease: watched, letGo };
    },
  };
}
