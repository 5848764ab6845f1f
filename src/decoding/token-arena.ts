import { precondition } from '../errors/secl-error.ts';

/** Parent of a first position. */
export const NO_PARENT = -1;

/** Slots `[from, from + count)` whose contents go to `[to, to + count)`; always `to <= from`. */
export interface SlotMove {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/**
 * Who is where in a key/value cache that holds many texts at once: a trie over token ids whose nodes are
 * the cache's slots. A text is a path from a root; texts share slots exactly as far as their ids agree.
 *
 * Slots are handed out in order, a parent always before its children, so a run over the newest slots
 * writes them contiguously. A *loose* slot has a parent but is nobody's child: it is never found again.
 *
 * Source: ours (the idea of a trie over cached prefixes is SGLang's RadixAttention, arXiv 2312.07104).
 */
export class TokenArena {
  /** Most slots. */
  readonly capacity: number;
  /** Parent slot by slot, {@link NO_PARENT} for a first position; valid below {@link used}. Read only. */
  readonly parents: Int32Array;
  /** Position in its text by slot, from 0; valid below {@link used}. Read only. */
  readonly depths: Int32Array;
  /** Token id by slot; valid below {@link used}. Read only. */
  readonly tokens: Int32Array;
  readonly #loose: Uint8Array;
  /** A hash table of children: the newest slot of each bucket, and by slot the one before it there. */
  readonly #newest: Int32Array;
  readonly #before: Int32Array;
  #used = 0;

  /** @param capacity - Positive integer below 2^21: more than any cache holds. */
  constructor(capacity: number) {
    precondition(
      Number.isInteger(capacity) && capacity >= 1 && capacity < 2 ** 21,
      `an arena of ${capacity} slots`,
    );
    this.capacity = capacity;
    this.parents = new Int32Array(capacity);
    this.depths = new Int32Array(capacity);
    this.tokens = new Int32Array(capacity);
    this.#loose = new Uint8Array(capacity);
    this.#newest = new Int32Array(2 ** Math.ceil(Math.log2(capacity + 1))).fill(NO_PARENT);
    this.#before = new Int32Array(capacity);
  }

  /** Slots in use; the next one handed out. */
  get used(): number {
    return this.#used;
  }

  /** The slot of `token` after `parent`, or {@link NO_PARENT} if there is none. */
  child(parent: number, token: number): number {
    let slot = this.#newest[this.#bucket(parent, token)] as number;
    while (slot !== NO_PARENT && (this.tokens[slot] !== token || this.parents[slot] !== parent))
      slot = this.#before[slot] as number;
    return slot;
  }

  /** Walks `ids` from the root as far as there are slots. */
  match(ids: readonly number[]): { readonly slot: number; readonly length: number } {
    let slot = NO_PARENT;
    for (let length = 0; length < ids.length; length++) {
      const next = this.child(slot, ids[length] as number);
      if (next === NO_PARENT) return { slot, length };
      slot = next;
    }
    return { slot, length: ids.length };
  }

  /** Hands out the next slot as the child of `parent` for `token`, which must not have one. */
  append(parent: number, token: number): number {
    const isNew = this.child(parent, token) === NO_PARENT;
    if (!isNew) precondition(isNew, `token ${token} already follows slot ${parent}`);
    const slot = this.#take(parent, token, 0);
    this.#adopt(slot, parent, token);
    return slot;
  }

  /** Hands out the next slot after `parent` without making it findable. */
  appendLoose(parent: number, token: number): number {
    return this.#take(parent, token, 1);
  }

  /** Gives back every slot from `used` on. */
  truncate(used: number): void {
    precondition(used >= 0 && used <= this.#used, `cutting an arena of ${this.#used} to ${used}`);
    // Newest first: each is the first of its bucket then.
    for (let slot = this.#used - 1; slot >= used; slot--)
      if (this.#loose[slot] === 0) {
        const bucket = this.#bucket(this.parents[slot] as number, this.tokens[slot] as number);
        this.#newest[bucket] = this.#before[slot] as number;
      }
    this.#used = used;
  }

  /** Marks in `keep` (shape `[capacity]`) the slot and all its ancestors. */
  markPath(slot: number, keep: Uint8Array): void {
    for (let at = slot; at !== NO_PARENT && keep[at] !== 1; at = this.parents[at] as number)
      keep[at] = 1;
  }

  /**
   * Drops every slot that is not marked, and closes the gaps in order.
   *
   * @param keep - 1 for slots to keep, shape `[capacity]`; with a slot, all its ancestors. Not mutated.
   * @returns What the cache's contents must do, to be carried out in this order.
   */
  retain(keep: Uint8Array): SlotMove[] {
    const moved = new Int32Array(this.#used);
    const moves: { from: number; to: number; count: number }[] = [];
    this.#newest.fill(NO_PARENT);
    let next = 0;
    for (let slot = 0; slot < this.#used; slot++) {
      if (keep[slot] !== 1) {
        moved[slot] = NO_PARENT;
        continue;
      }
      const oldParent = this.parents[slot] as number;
      const parent = oldParent === NO_PARENT ? NO_PARENT : (moved[oldParent] as number);
      const isWhole = oldParent === NO_PARENT || parent !== NO_PARENT;
      if (!isWhole) precondition(isWhole, `slot ${slot} is kept, its parent is not`);
      const token = this.tokens[slot] as number;
      const loose = this.#loose[slot] as number;
      this.parents[next] = parent;
      this.tokens[next] = token;
      this.depths[next] = this.depths[slot] as number;
      this.#loose[next] = loose;
      if (loose === 0) this.#adopt(next, parent, token);
      if (next !== slot) {
        const last = moves.at(-1);
        if (last !== undefined && last.from + last.count === slot) last.count++;
        else moves.push({ from: slot, to: next, count: 1 });
      }
      moved[slot] = next++;
    }
    this.#used = next;
    return moves;
  }

  #adopt(slot: number, parent: number, token: number): void {
    const bucket = this.#bucket(parent, token);
    this.#before[slot] = this.#newest[bucket] as number;
    this.#newest[bucket] = slot;
  }

  #bucket(parent: number, token: number): number {
    const mixed = Math.imul(Math.imul(parent, 0x9e3779b1) ^ token, 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & (this.#newest.length - 1);
  }

  #take(parent: number, token: number, loose: 0 | 1): number {
    // Messages are made for those who need them: this runs for every position.
    if (this.#used >= this.capacity || parent >= this.#used) {
      precondition(this.#used < this.capacity, `an arena of ${this.capacity} slots is full`);
      precondition(parent < this.#used, `slot ${parent} is not in use`);
    }
    const slot = this.#used++;
    this.parents[slot] = parent;
    this.tokens[slot] = token;
    this.depths[slot] = parent === NO_PARENT ? 0 : (this.depths[parent] as number) + 1;
    this.#loose[slot] = loose;
    return slot;
  }
}
