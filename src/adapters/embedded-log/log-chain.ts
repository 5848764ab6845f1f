import { chainKey } from './log-keys.ts';

/**
 * Markers that are kept. LevelDB's write-ahead log, the part of the store that can lose a write from its
 * middle, holds 4 MiB; a write takes more than 128 bytes there.
 */
const KEPT_MARKERS = 65_536n;

/**
 * LevelDB skips damaged blocks of its write-ahead log without a word, and its Node.js binding has no
 * switch for that (`paranoid_checks`). So every write carries a numbered marker and takes an old one away: whoever opens the
 * log finds the numbers without a gap, or knows that a write is missing between others. What is missing
 * at the very end cannot be told from a write that never finished.
 *
 * @returns Key of the marker to set, and of the one to delete, if any.
 */
export function chainMarkers(sequence: bigint): {
  readonly set: Uint8Array;
  readonly delete: Uint8Array | undefined;
} {
  return {
    set: chainKey(sequence),
    delete: sequence >= KEPT_MARKERS ? chainKey(sequence - KEPT_MARKERS) : undefined,
  };
}

/**
 * Follows the markers of a log in order.
 *
 * @returns The last number, or `undefined` if there is none, or a gap.
 */
export function lastOfChain(sequences: Iterable<bigint>): bigint | undefined {
  let last: bigint | undefined;
  for (const sequence of sequences) {
    if (last !== undefined && sequence !== last + 1n) return undefined;
    last = sequence;
  }
  return last;
}
