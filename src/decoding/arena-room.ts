import { SeclError } from '../errors/secl-error.ts';
import type { TokenIds } from '../ports/tokenizer.ts';
import type { ForwardPass } from './forward-pass.ts';
import type { PrefixLayout } from './prefix-layout.ts';
import type { TokenArena } from './token-arena.ts';

/** What one request takes of an arena. */
export interface SlotDemand {
  /** Ids whose positions shall be kept. */
  readonly ids: TokenIds;
  /** From this index on, a position that is already there is computed once more, loosely. */
  readonly wantedFrom: number;
  /** Adapted positions, whose slots are given back after the run. */
  readonly adapted: number;
  /** Slots to be filled after the run: tokens to write. */
  readonly later: number;
}

/** Sees to it that requests fit into an arena, at the price of forgetting what they do not need. */
export class ArenaRoom<Saved> {
  readonly #arena: TokenArena;
  readonly #forward: ForwardPass<Saved>;
  readonly #prefixes: PrefixLayout<Saved>;

  constructor(arena: TokenArena, forward: ForwardPass<Saved>, prefixes: PrefixLayout<Saved>) {
    this.#arena = arena;
    this.#forward = forward;
    this.#prefixes = prefixes;
  }

  /** Slots that one request would add now. */
  need({ ids, wantedFrom, adapted, later }: SlotDemand): number {
    const { length } = this.#arena.match(ids);
    return ids.length - length + Math.max(0, length - wantedFrom) + adapted + later;
  }

  /** Whether a request fits beside `reserved` slots that are promised to others. */
  fits(demand: SlotDemand, reserved: number): boolean {
    return this.#arena.used + reserved + this.need(demand) <= this.#arena.capacity;
  }

  /**
   * Makes room for as many of these requests as possible, for the first one in any case. Forgets what it
   * must, in this order: what no request here needs; what the first does not need; the shared prefixes.
   *
   * @throws SeclError `CONTEXT_OVERFLOW` if the first request is larger than the arena.
   */
  make(demands: readonly SlotDemand[]): void {
    const { used, capacity } = this.#arena;
    const first = demands[0];
    if (first === undefined) return;
    if (demands.reduce((sum, demand) => sum + this.need(demand), used) <= capacity) return;
    this.#keep(demands, this.#prefixes.slots);
    if (this.fits(first, 0)) return;
    this.#keep([first], this.#prefixes.slots);
    if (this.fits(first, 0)) return;
    this.#prefixes.drop();
    this.#keep([{ ...first, ids: first.ids.slice(0, first.wantedFrom + 1) }], 0);
    if (!this.fits(first, 0))
      throw new SeclError('CONTEXT_OVERFLOW', `a request needs more than ${capacity} positions`, {
        hint: 'Shorten the prompt, or raise the number of positions the cache holds.',
      });
  }

  #keep(demands: readonly SlotDemand[], front: number): void {
    const keep = new Uint8Array(this.#arena.capacity);
    keep.fill(1, 0, front);
    for (const demand of demands) this.#arena.markPath(this.#arena.match(demand.ids).slot, keep);
    for (const { from, to, count } of this.#arena.retain(keep)) this.#forward.move(from, to, count);
  }
}
