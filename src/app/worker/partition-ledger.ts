import type { PartitionLease } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';

/** How far a worker is with one partition that it was assigned. */
export interface PartitionStanding {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  /** Next offset to consume, as committed. */
  readonly nextOffset: bigint;
  /** Whether the last look found nothing more to read, and all that was read has been committed. */
  readonly atEnd: boolean;
  /** Monotonic milliseconds of the last record read or committed, or of the last look that found the end. */
  readonly movedMs: number;
  /** When the newest record that was read had been written, milliseconds since the epoch; `null`: none was read. */
  readonly lastRecordMs: number | null;
}

/** Keeps account of a worker's partitions. */
export interface PartitionLedger {
  /** Every partition that is held now, in order of group, topic and number. */
  standings(): readonly PartitionStanding[];
  /** The same lease, with its polls and commits entered into the ledger; it leaves when it is revoked or let go. */
  enter(groupId: string, lease: PartitionLease): { readonly lease: PartitionLease; letGo(): void };
}

/** Makes a {@link PartitionLedger}. */
export function createPartitionLedger(clock: Clock): PartitionLedger {
  const entries = new Set<{ standing: PartitionStanding }>();
  const order = ({ groupId, topic, partition }: PartitionStanding): string =>
    JSON.stringify([groupId, topic, String(partition).padStart(6, '0')]);
  return {
    standings: () =>
      [...entries]
        .map(({ standing }) => standing)
        .toSorted((a, b) => (order(a) < order(b) ? -1 : 1)),
    enter: (groupId, lease) => {
      const { topic, partition, startOffset } = lease;
      const entry: { standing: PartitionStanding } = {
        standing: {
          groupId,
          topic,
          partition,
          nextOffset: startOffset,
          atEnd: false,
          movedMs: clock.monotonicMs(),
          lastRecordMs: null,
        },
      };
      /** Offset after the newest record that was read. */
      let read = startOffset;
      const move = (change: Partial<PartitionStanding>): void => {
        entry.standing = { ...entry.standing, ...change, movedMs: clock.monotonicMs() };
      };
      const letGo = (): void => void entries.delete(entry);
      entries.add(entry);
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
            move({ atEnd: false, lastRecordMs: newest.timestampMs });
          } else if (read <= entry.standing.nextOffset) move({ atEnd: true });
          return records;
        },
        commit: async (commit) => {
          const positions = await lease.commit(commit);
          move({ nextOffset: commit.nextOffset });
          return positions;
        },
      };
      return { lease: watched, letGo };
    },
  };
}
