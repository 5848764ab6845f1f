import type { LoraAdapter } from '../ports/language-model.ts';

/** New positions for the network, at the slots `[start, start + tokens.length)` of its cache. */
export interface UpcomingPositions {
  readonly start: number;
  /** Token id by new position. */
  readonly tokens: Int32Array;
  /** Position in its text by new position. */
  readonly positions: Int32Array;
  /** Parent by slot, of all slots below `start + tokens.length`; −1 for a first position. */
  readonly parents: Int32Array;
}

/** New positions that are run at once. */
export interface ForwardBatch extends UpcomingPositions {
  /** 1 where the scope's adapter acts, by new position; `undefined`: nowhere. */
  readonly adapted: Uint8Array | undefined;
  /** New positions whose next-token distribution is wanted, ascending; may be empty. */
  readonly wanted: readonly number[];
}

/** A next-token distribution, valid until the next run. */
export interface DistributionRow {
  /** Shape `[V]`. */
  readonly logits: Float32Array;
  /** Logarithm of the sum of their exponentials. */
  readonly logNormalizer: number;
  readonly entropyNats: number;
  /** Final norm's output, shape `[D]`, any length. */
  readonly hidden: Float32Array;
}

/**
 * A language model's network with a cache of keys and values by slot.
 *
 * @typeParam Saved - Keys and values of a few slots, kept aside.
 */
export interface ForwardPass<Saved> {
  /**
   * Computes new positions, writes their slots and returns a row per wanted position.
   *
   * @throws SeclError `MODEL_FAILED`; slots below `start` are intact then.
   */
  run(batch: ForwardBatch): Promise<readonly DistributionRow[]>;
  /** How many of the next positions to run at once, at least 1 and at most all of them. */
  runLength(upcoming: UpcomingPositions): number;
  /** Most wanted rows of one run, at least 1. */
  readonly rowLimit: number;
  /** Most texts of up to `length` positions that it pays to go on with side by side, at least 1. */
  textLimit(length: number): number;
  /** Moves the contents of slots; `to <= from`. */
  move(from: number, to: number, count: number): void;
  /** Copies slots `[0, count)`. */
  save(count: number): Saved;
  /** Writes saved slots `[from, from + count)` to `[to, to + count)`. */
  load(saved: Saved, from: number, count: number, to: number): void;
  /** Puts an adapter in place for the positions that ask for one; `undefined`: none. */
  useAdapter(adapter: LoraAdapter | undefined): void;
}
