import type { LoraAdapter } from '../ports/language-model.ts';
import type { TokenIds } from '../ports/tokenizer.ts';
import type { ForwardPass } from './forward-pass.ts';
import { PositionMeter } from './position-meter.ts';
import { PositionPlan } from './position-plan.ts';
import { NO_PARENT, type TokenArena } from './token-arena.ts';

/**
 * Puts the prefixes a scope shares with other scopes at the front of an empty arena.
 *
 * Floating-point sums depend on where a slot lies, so that a scope sees the same bits whatever came
 * before it, each prefix is computed once alone, kept aside, and copied to the place that this scope's
 * own list gives it. Where two prefixes begin alike, the first one's slots serve both.
 *
 * What an adapter acts on is kept apart, adapter by adapter.
 */
export class PrefixLayout<Saved> {
  readonly #arena: TokenArena;
  readonly #forward: ForwardPass<Saved>;
  readonly #store = new Map<string, { readonly saved: Saved; readonly length: number }>();
  readonly #marks = new WeakMap<LoraAdapter, number>();
  #marked = 0;
  #layout: string | undefined;
  #slots = 0;

  constructor(arena: TokenArena, forward: ForwardPass<Saved>) {
    this.#arena = arena;
    this.#forward = forward;
  }

  /** Slots at the front of the arena that hold the present prefixes; 0 if they were dropped. */
  get slots(): number {
    return this.#slots;
  }

  /** Forgets where the prefixes lie; the next {@link place} copies them anew. */
  drop(): void {
    this.#layout = undefined;
    this.#slots = 0;
  }

  /**
   * Empties the arena but for these prefixes. Together they must fit.
   *
   * @param adapter - In place, and acts on them; `undefined`: base weights.
   */
  async place(prefixes: readonly TokenIds[], adapter: LoraAdapter | undefined): Promise<void> {
    const mark = this.#markOf(adapter);
    const nameOf = (prefix: TokenIds): string => mark + prefix.join(',');
    const layout = prefixes.map(nameOf).join(';');
    if (this.#layout === layout) {
      this.#arena.truncate(this.#slots);
      return;
    }
    this.drop();
    for (const prefix of prefixes)
      await this.#compute(prefix, nameOf(prefix), adapter !== undefined);
    this.#arena.truncate(0);
    for (const prefix of prefixes) {
      const { slot, length } = this.#arena.match(prefix);
      const entry = this.#store.get(nameOf(prefix));
      if (entry === undefined || length === prefix.length) continue;
      const to = this.#arena.used;
      let parent = slot;
      for (const id of prefix.slice(length)) parent = this.#arena.append(parent, id);
      this.#forward.load(entry.saved, length, prefix.length - length, to);
    }
    this.#layout = layout;
    this.#slots = this.#arena.used;
    this.#forget(new Set(prefixes.map(nameOf)));
  }

  /** What tells an adapter's prefixes from those of others. */
  #markOf(adapter: LoraAdapter | undefined): string {
    if (adapter === undefined) return '';
    const mark = this.#marks.get(adapter) ?? ++this.#marked;
    this.#marks.set(adapter, mark);
    return `${mark}:`;
  }

  async #compute(prefix: TokenIds, name: string, adapted: boolean): Promise<void> {
    const known = this.#store.get(name);
    if (known !== undefined) {
      this.#store.delete(name); // set again below: a Map keeps order, so the least recently used is first
      this.#store.set(name, known);
      return;
    }
    this.#arena.truncate(0);
    const plan = new PositionPlan(this.#arena, adapted);
    plan.follow(NO_PARENT, prefix, new PositionMeter(prefix.length), 'prompt');
    await plan.run(this.#forward);
    const saved = this.#forward.save(prefix.length);
    this.#store.set(name, { saved, length: prefix.length });
  }

  /** Keeps the store within one arena's size; what is forgotten is computed again, to the same bits. */
  #forget(inUse: ReadonlySet<string>): void {
    let kept = 0;
    for (const { length } of this.#store.values()) kept += length;
    for (const [name, { length }] of this.#store) {
      if (kept <= this.#arena.capacity) return;
      if (inUse.has(name)) continue;
      this.#store.delete(name);
      kept -= length;
    }
  }
}
