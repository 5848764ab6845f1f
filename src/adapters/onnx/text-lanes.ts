import type { ForwardBatch } from '../../decoding/forward-pass.ts';
import { NO_PARENT } from '../../decoding/token-arena.ts';
import { markAncestors, markedPieces } from './arena-excerpt.ts';
import type { CacheArrays } from './cache-arrays.ts';
import type { Piece, SideCache } from './side-cache.ts';

/** Most texts side by side: beyond, a token costs hardly less, since the runtime computes and no longer reads. */
const MOST_TEXTS = 16;

/** One token each of several texts, in the order of their lanes. */
export interface LaneRow {
  /** Lane by new position of the batch. */
  readonly laneOf: readonly number[];
  /** New position of the batch by lane. */
  readonly order: readonly number[];
  /** Positions before the new one, by lane, each at least 1. */
  readonly lengths: Int32Array;
}

/**
 * Caches of their own for texts that are written side by side. In the arena, attention over one token's own
 * 200 positions computes over the thousands of all texts and hides them; here it sees its own alone.
 *
 * A lane is a copy: the arena's slots stay what is true, and what a run adds goes back there. A lane goes on
 * where its text does; every other text is copied into a lane that is free. Which lanes texts lie in, and so
 * the bits, follows from the runs since {@link forget} was last told of slot 0.
 *
 * Source: ours.
 */
export class TextLanes {
  readonly #side: SideCache;
  /** Positions of a lane. */
  #length = 0;
  /** Slot of the newest position by lane; {@link NO_PARENT}: nothing. */
  #tips: number[] = [];

  /** @param side - Whoever else lays it out tells {@link forget} so. */
  constructor(side: SideCache) {
    this.#side = side;
  }

  /** Most texts of up to `length` positions that find room side by side; may be 0. */
  textLimit(length: number): number {
    return Math.min(MOST_TEXTS, Math.floor(this.#side.room / this.#side.roomOf(length)));
  }

  /** Forgets what was copied of slots from `slot` on: they are written anew. */
  forget(slot: number): void {
    this.#tips.forEach((tip, lane) => {
      if (tip >= slot) this.#tips[lane] = NO_PARENT;
    });
  }

  /**
   * How many of the next `count` new positions each go on with a text of its own, and may lie side by side.
   *
   * @returns 0 where that does not pay: the texts together are more than half of what the arena holds for each.
   */
  leading({
    start,
    positions,
    parents,
  }: Pick<ForwardBatch, 'start' | 'positions' | 'parents'>): number {
    let longest = 0;
    let all = 0;
    let count = 0;
    for (; count < positions.length; count++) {
      const parent = parents[start + count] as number;
      const goesOn = count + 1 < positions.length && parents[start + count + 1] === start + count;
      if (parent === NO_PARENT || parent >= start || goesOn) break;
      const length = positions[count] as number;
      if (count + 1 > this.textLimit(Math.max(longest, length) + 1)) break;
      longest = Math.max(longest, length);
      all += length;
    }
    return 2 * all > count * start ? 0 : count;
  }

  /** Gives every new position of a batch, all of which are {@link leading}, its text's lane. */
  place({ start, positions, parents }: ForwardBatch, arena: CacheArrays): LaneRow {
    const count = positions.length;
    const longest = Math.max(...positions) + 1;
    const fits = longest <= this.#length && count * this.#length <= this.#side.room;
    if (!fits) this.#length = this.#side.roomOf(longest);
    if (!this.#side.lay(count, this.#length)) this.#tips = [];
    const order = this.#assign(count, start, parents);
    const laneOf: number[] = [];
    order.forEach((t, lane) => {
      laneOf[t] = lane;
      const parent = parents[start + t] as number;
      if (this.#tips[lane] === parent) return;
      this.#side.copyIn(lane, piecesOf(parent, parents), arena);
      this.#tips[lane] = parent;
    });
    return { laneOf, order, lengths: Int32Array.from(order, (t) => positions[t] as number) };
  }

  /** Writes what a run has added to the lanes back to the arena's slots, and goes on from there. */
  giveBack({ order, lengths }: LaneRow, start: number, arena: CacheArrays): void {
    order.forEach((t, lane) => {
      const slot = start + t;
      const piece = { slot, at: lengths[lane] as number, count: 1 };
      this.#side.copyOut(lane, piece, arena);
      this.#tips[lane] = slot;
    });
  }

  /** @returns New position by lane: who can go on stays, the others take what is free, in order. */
  #assign(count: number, start: number, parents: Int32Array): number[] {
    const order: (number | undefined)[] = Array.from({ length: count });
    const others: number[] = [];
    for (let t = 0; t < count; t++) {
      const parent = parents[start + t] as number;
      const lane = this.#tips.findIndex(
        (tip, at) => tip === parent && at < count && order[at] === undefined,
      );
      if (lane === -1) others.push(t);
      else order[lane] = t;
    }
    return order.map((t) => t ?? (others.shift() as number));
  }
}

/** Where a text lies in the arena, whose newest position is at `tip`. */
function piecesOf(tip: number, parents: Int32Array): Piece[] {
  const seen = new Uint8Array(tip + 1);
  markAncestors(tip, parents, seen);
  return markedPieces(seen);
}
