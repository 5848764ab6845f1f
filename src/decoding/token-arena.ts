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
  readonly #children = new Map<number, number>();
  #used = 0;

  /** @param capacity - Positive integer below 2^21, so that a child's key fits a double exactly. */
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
  }

  /** Slots in use; the next one handed out. */
  get used(): number {
    return this.#used;
  }

  /** The slot of `token` after `parent`, or {@link NO_PARENT} if there is none. */
  child(parent: number, token: number): number {
    return this.#children.get(childKey(parent, token)) ?? NO_PARENT;
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
    const key = childKey(parent, token);
    precondition(!this.#children.has(key), `token ${token} already follows slot ${parent}`);
    const slot = this.#take(parent, token, 0);
    this.#children.set(key, slot);
    return slot;
  }

  /** Hands out the next slot after `parent` without making it findable. */
  appendLoose(parent: number, token: number): number {
    return this.#take(parent, token, 1);
  }

  /** Gives back every slot from `used` on. */
  truncate(used: number): void {
    precondition(used >= 0 && used <= this.#used, `cutting an arena of ${this.#used} to ${used}`);
    if (used === 0) this.#children.clear();
    else
      for (let slot = used; slot < this.#used; slot++)
        if (this.#loose[slot] === 0)
          this.#children.delete(
            childKey(this.parents[slot] as number, this.tokens[slot] as number),
          );
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
    this.#children.clear();
    let next = 0;
    for (let slot = 0; slot < this.#used; slot++) {
      if (keep[slot] !== 1) {
        moved[slot] = NO_PARENT;
        continue;
      }
      const oldParent = this.parents[slot] as number;
      const parent = oldParent === NO_PARENT ? NO_PARENT : (moved[oldParent] as number);
      precondition(
        oldParent === NO_PARENT || parent !== NO_PARENT,
        `slot ${slot} is kept, its parent is not`,
      );
      const token = this.tokens[slot] as number;
      const loose = this.#loose[slot] as number;
      this.parents[next] = parent;
      this.tokens[next] = token;
      this.depths[next] = this.depths[slot] as number;
      this.#loose[next] = loose;
      if (loose === 0) this.#children.set(childKey(parent, token), next);
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

  #take(parent: number, token: number, loose: 0 | 1): number {
    precondition(this.#used < this.capacity, `an arena of ${this.capacity} slots is full`);
    precondition(parent < this.#used, `slot ${parent} is not in use`);
    const slot = this.#used++;
    this.parents[slot] = parent;
    this.tokens[slot] = token;
    this.depths[slot] = parent === NO_PARENT ? 0 : (this.depths[parent] as number) + 1;
    this.#loose[slot] = loose;
    return slot;
  }
}

/** One number for (parent, token); token ids are below 2^31. */
function childKey(parent: number, token: number): number {
  return (parent + 1) * 2 ** 31 + token;
}
