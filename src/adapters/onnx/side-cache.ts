import { Tensor } from 'onnxruntime-node';
import type { CacheArrays, CacheShape } from './cache-arrays.ts';

/** Most bytes it takes: what 16 texts of 680 positions need with a model of half a billion weights. */
const MOST_BYTES = 2 ** 28;
/** Positions by which the room of a text grows; each growth drops what is there. */
const GROWTH = 128;

/** Slots `[slot, slot + count)` of the arena, and the position of the first of them in a text's cache. */
export interface Piece {
  readonly slot: number;
  readonly at: number;
  readonly count: number;
}

/**
 * A second cache, for copies of what a run needs of the arena: B texts with room for C positions each. One set of
 * buffers in whatever B and C is asked for; memory is taken as it is written to.
 */
export class SideCache {
  /** Positions there is room for, of all texts together. */
  readonly room: number;
  readonly #shape: CacheShape;
  readonly #front: number;
  #arrays: readonly Float32Array[] = [];
  #length = 0;
  #tensors: readonly Tensor[] = [];

  /**
   * @param shape - The arena's.
   * @param front - Positions that its arrays have before slot 0.
   */
  constructor(shape: CacheShape, front: number) {
    this.#shape = shape;
    this.#front = front;
    const { layers, heads, headSize } = shape;
    this.room = Math.floor(MOST_BYTES / (2 * layers * heads * headSize * 4));
  }

  /** C for texts of up to `length` positions. */
  roomOf(length: number): number {
    return Math.min(this.#shape.capacity, Math.ceil(length / GROWTH) * GROWTH);
  }

  /**
   * Lays out `texts` caches of `length` positions, which must fit.
   *
   * @param length - As {@link roomOf} gives it.
   * @returns Whether what was there still is, as far as these texts go.
   */
  lay(texts: number, length: number): boolean {
    const { layers, heads, headSize } = this.#shape;
    if (this.#arrays.length === 0)
      this.#arrays = Array.from(
        { length: 2 * layers },
        () => new Float32Array(this.room * heads * headSize),
      );
    const kept = length === this.#length;
    this.#length = length;
    if (kept && this.#tensors[0]?.dims[0] === texts) return true;
    const dims = [texts, heads, length, headSize];
    const size = texts * heads * length * headSize;
    this.#tensors = this.#arrays.map(
      (array) => new Tensor('float32', array.subarray(0, size), dims),
    );
    return kept;
  }

  /** Keys and values `[B, KV, C, HD]` as laid out, in the arena's order: key 0, value 0, key 1, … */
  get tensors(): readonly Tensor[] {
    return this.#tensors;
  }

  /**
   * Copies pieces of the arena into a text's cache.
   *
   * @param from - Position in that cache that the pieces' places are counted from. @defaultValue 0
   */
  copyIn(text: number, pieces: readonly Piece[], arena: CacheArrays, from = 0): void {
    const { heads, headSize } = this.#shape;
    this.#arrays.forEach((to, i) => {
      const source = arena.arrays[i] as Float32Array;
      for (let head = 0; head < heads; head++)
        for (const { slot, at, count } of pieces) {
          const first = this.#arenaOffset(arena, head, slot);
          const piece = source.subarray(first, first + count * headSize);
          to.set(piece, this.#offset(text, head, from + at));
        }
    });
  }

  /** Copies a piece of a text's cache to the arena. */
  copyOut(text: number, { slot, at, count }: Piece, arena: CacheArrays): void {
    const { heads, headSize } = this.#shape;
    this.#arrays.forEach((from, i) => {
      const to = arena.arrays[i] as Float32Array;
      for (let head = 0; head < heads; head++) {
        const first = this.#offset(text, head, at);
        to.set(
          from.subarray(first, first + count * headSize),
          this.#arenaOffset(arena, head, slot),
        );
      }
    });
  }

  #arenaOffset(arena: CacheArrays, head: number, slot: number): number {
    return (head * arena.slots + this.#front + slot) * this.#shape.headSize;
  }

  #offset(text: number, head: number, at: number): number {
    const { heads, headSize } = this.#shape;
    return ((text * heads + head) * this.#length + at) * headSize;
  }
}
