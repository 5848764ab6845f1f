import type { DistributionRow, ForwardPass, UpcomingPositions } from './forward-pass.ts';
import type { PositionMeter, PositionUse } from './position-meter.ts';
import { NO_PARENT, type TokenArena } from './token-arena.ts';

/** Receives the next-token distribution at a position, once, while it is valid. */
export type RowTaker = (row: DistributionRow) => void;

interface Planned {
  readonly meter: PositionMeter;
  readonly use: PositionUse;
  takers: RowTaker[] | undefined;
}

interface PlannedLoose extends Planned {
  readonly token: number;
  readonly parent: number | PlannedLoose;
  readonly adapted: boolean;
  slot: number;
}

/**
 * The positions that the network shall run over next, gathered from several requests, each once.
 *
 * Kept positions become slots of the arena at once, so requests that come later find them. Loose ones
 * (adapted positions, and cached positions whose distribution is asked for again) come after all kept
 * ones, and their slots are given back after the run.
 */
export class PositionPlan {
  readonly #arena: TokenArena;
  readonly #adaptAll: boolean;
  readonly #start: number;
  readonly #kept: Planned[] = [];
  readonly #loose: PlannedLoose[] = [];
  readonly #again = new Map<number, PlannedLoose>();

  /**
   * @param arena - Nobody else may change it until the plan has run.
   * @param adaptAll - Whether the adapter acts on every position of the plan.
   */
  constructor(arena: TokenArena, adaptAll = false) {
    this.#arena = arena;
    this.#adaptAll = adaptAll;
    this.#start = arena.used;
  }

  /** Positions planned so far that have no slot yet. */
  get looseCount(): number {
    return this.#loose.length;
  }

  /**
   * Follows `ids` from `parent`, planning what is not in the arena.
   *
   * @returns The slot of the last id (`parent` if there is none).
   */
  follow(parent: number, ids: readonly number[], meter: PositionMeter, use: PositionUse): number {
    let slot = parent;
    for (const id of ids) {
      const found = this.#arena.child(slot, id);
      if (found === NO_PARENT) {
        slot = this.#arena.append(slot, id);
        this.#kept.push({ meter, use, takers: undefined });
      } else {
        slot = found;
        if (use === 'prompt') meter.serve(1);
      }
    }
    return slot;
  }

  /**
   * Asks for the distribution at a slot. One that was computed earlier is computed once more, loosely:
   * distributions are not kept, they are as large as the vocabulary.
   */
  want(slot: number, meter: PositionMeter, use: PositionUse, taker: RowTaker): void {
    let planned: Planned | undefined =
      slot >= this.#start ? this.#kept[slot - this.#start] : this.#again.get(slot);
    if (planned === undefined) {
      const again = this.#addLoose(
        this.#arena.parents[slot] as number,
        this.#arena.tokens[slot] as number,
        false,
        meter,
        use,
      );
      if (use === 'prompt') meter.serve(-1);
      this.#again.set(slot, again);
      planned = again;
    }
    (planned.takers ??= []).push(taker);
  }

  /**
   * Plans positions that leave no slots behind, after `parent`; asks for the last one's distribution.
   *
   * @param adapted - Whether the adapter acts on them.
   */
  pass(
    parent: number,
    ids: readonly number[],
    adapted: boolean,
    meter: PositionMeter,
    taker: RowTaker,
  ): void {
    let last: number | PlannedLoose = parent;
    for (const id of ids) last = this.#addLoose(last, id, adapted, meter, 'prompt');
    if (typeof last !== 'number') last.takers = [taker];
  }

  /**
   * Runs the network over the plan, in as few runs as it allows, and hands out the distributions.
   *
   * @param cancelled - Asked before each run.
   * @returns Whether all of it ran; if not, slots that were not computed are gone.
   * @throws Whatever the network throws; slots that were not computed are gone then.
   */
  async run<Saved>(forward: ForwardPass<Saved>, cancelled?: () => boolean): Promise<boolean> {
    const arena = this.#arena;
    const keptEnd = arena.used;
    for (const loose of this.#loose) {
      const parent = typeof loose.parent === 'number' ? loose.parent : loose.parent.slot;
      loose.slot = arena.appendLoose(parent, loose.token);
    }
    const planned: Planned[] = [...this.#kept, ...this.#loose];
    let done = 0;
    try {
      while (done < planned.length && cancelled?.() !== true) {
        const wanted: number[] = [];
        const start = this.#start + done;
        const limit = forward.runLength(this.#positions(start, start + planned.length - done));
        let count = 0;
        for (; count < limit; count++)
          if (planned[done + count]?.takers !== undefined) {
            if (wanted.length === forward.rowLimit) break;
            wanted.push(count);
          }
        const rows = await forward.run({
          ...this.#positions(start, start + count),
          adapted: this.#adaptedFlags(done, count),
          wanted,
        });
        for (let t = done; t < done + count; t++) {
          const { meter, use } = planned[t] as Planned;
          meter.pay(use);
        }
        wanted.forEach((t, m) => {
          for (const taker of planned[done + t]?.takers ?? []) taker(rows[m] as DistributionRow);
        });
        done += count;
      }
    } finally {
      arena.truncate(Math.min(this.#start + done, keptEnd));
    }
    return done === planned.length;
  }

  /** Slots `[start, end)` of the arena. */
  #positions(start: number, end: number): UpcomingPositions {
    const { tokens, depths, parents } = this.#arena;
    return {
      start,
      tokens: tokens.subarray(start, end),
      positions: depths.subarray(start, end),
      parents,
    };
  }

  #addLoose(
    parent: number | PlannedLoose,
    token: number,
    adapted: boolean,
    meter: PositionMeter,
    use: PositionUse,
  ): PlannedLoose {
    const loose: PlannedLoose = {
      parent,
      token,
      adapted,
      meter,
      use,
      takers: undefined,
      slot: NO_PARENT,
    };
    this.#loose.push(loose);
    return loose;
  }

  /** Flags for planned positions `[from, from + count)`, or `undefined` if the adapter acts on none. */
  #adaptedFlags(from: number, count: number): Uint8Array | undefined {
    if (this.#adaptAll) return new Uint8Array(count).fill(1);
    let flags: Uint8Array | undefined;
    for (let t = Math.max(from, this.#kept.length); t < from + count; t++)
      if (this.#loose[t - this.#kept.length]?.adapted === true)
        (flags ??= new Uint8Array(count))[t - from] = 1;
    return flags;
  }
}
