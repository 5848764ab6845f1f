import type { PartitionBounds } from '../ports/broker.ts';

/** How long a partition may end before what was read of it: a leader that has just begun may not know its end yet. */
export const SHORT_MS = 10_000;

/** Where a reader in no group stands in a partition. */
export interface ReadPosition {
  /** Offset of the next record. */
  readonly next: bigint;
  /**
   * What the partition holds for this reader, by the bounds it has now; what retention deleted unread is passed over.
   *
   * @param nowMs - A monotonic clock's, milliseconds.
   * @returns `made-again`: it has ended before what was read of it for longer than a leader takes to begin, so its
   *   topic was deleted and made again; {@link restart} is to follow if it is to be read.
   */
  look(bounds: PartitionBounds, nowMs: number): 'unread' | 'nothing' | 'made-again';
  /** A record was read. */
  took(offset: bigint): void;
  /** All was read up to this end: beyond the last record there may be offsets that hold none. */
  reached(end: bigint): void;
  /** Goes on at an offset as if nothing had been read. */
  restart(at: bigint): void;
}

/**
 * Makes a {@link ReadPosition}.
 *
 * @param from - Offset of the first record to read.
 * @param shortMs - How long the partition may end before what was read of it. @defaultValue 10,000
 */
export function createReadPosition(from = 0n, shortMs = SHORT_MS): ReadPosition {
  let next = from;
  let readTo = -1n;
  let shortSinceMs: number | undefined;
  return {
    get next() {
      return next;
    },
    look: ({ earliest, end }, nowMs) => {
      if (next > end) {
        shortSinceMs ??= nowMs;
        return nowMs - shortSinceMs < shortMs ? 'nothing' : 'made-again';
      }
      shortSinceMs = undefined;
      if (next < earliest) next = earliest;
      return next >= end || readTo === end ? 'nothing' : 'unread';
    },
    took: (offset) => {
      next = offset + 1n;
    },
    reached: (end) => {
      readTo = end;
    },
    restart: (at) => {
      next = at;
      readTo = -1n;
      shortSinceMs = undefined;
    },
  };
}
