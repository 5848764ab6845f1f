import type { PartitionEntry } from './log-tables.ts';
import { logCorrupt } from './sealed-value.ts';

/**
 * Watches the offsets of a partition as they are read: a transaction is its records and one marker, so two
 * offsets in a row that hold no record mean that something is lost. (LevelDB steps over a block of zeros
 * as if there had never been anything.) Not so in a partition that compaction has thinned out.
 */
export class GapCheck {
  readonly #folder: string;
  readonly #thinned: boolean;
  #next: bigint;

  /** @param from - Where reading begins: a record, or the marker after one. */
  constructor(folder: string, partition: PartitionEntry, from: bigint) {
    this.#folder = folder;
    this.#thinned = partition.thinned;
    this.#next = from;
  }

  /** @throws SeclError `LOG_CORRUPT` if records before this offset, a record's or the end, are lost. */
  reach(offset: bigint): void {
    if (!this.#thinned && offset > this.#next + 1n) {
      throw logCorrupt(this.#folder, `records before offset ${String(offset)} are missing`);
    }
    this.#next = offset + 1n;
  }
}
