/** Sizes of a key/value cache. */
export interface CacheShape {
  readonly layers: number;
  /** Key/value heads, KV. */
  readonly heads: number;
  readonly headSize: number;
  /** Most slots. */
  readonly capacity: number;
}

/** Keys and values of some slots: per array `[KV, slots, HD]`; arrays in the order key 0, value 0, key 1, … */
export interface CacheSlots {
  readonly slots: number;
  readonly arrays: readonly Float32Array[];
}

/** Slots the cache begins with; it doubles when they are used up. */
const FIRST_SLOTS = 1024;

/** The keys and values of every layer by slot, growing as slots are used. Zeros where nothing was written. */
export class CacheArrays {
  readonly #shape: CacheShape;
  #slots: number;
  #arrays: Float32Array[];

  constructor(shape: CacheShape) {
    this.#shape = shape;
    this.#slots = Math.min(FIRST_SLOTS, shape.capacity);
    this.#arrays = this.#allocate(this.#slots);
  }

  /** Slots there is room for now. */
  get slots(): number {
    return this.#slots;
  }

  /** Per array `[KV, slots, HD]`, in the order key 0, value 0, key 1, … Others until {@link grow}. */
  get arrays(): readonly Float32Array[] {
    return this.#arrays;
  }

  /**
   * Makes room for `slots` slots, keeping the contents.
   *
   * @returns Whether the arrays are new ones.
   */
  grow(slots: number): boolean {
    if (slots <= this.#slots) return false;
    let larger = this.#slots;
    while (larger < slots) larger *= 2;
    const grown = Math.min(larger, this.#shape.capacity);
    const arrays = this.#allocate(grown);
    this.#arrays.forEach((array, i) => {
      this.#copy(array, this.#slots, 0, arrays[i] as Float32Array, grown, 0, this.#slots);
    });
    this.#arrays = arrays;
    this.#slots = grown;
    return true;
  }

  /** Moves slots `[from, from + count)` to `[to, to + count)`. */
  move(from: number, to: number, count: number): void {
    const { heads, headSize } = this.#shape;
    for (const array of this.#arrays)
      for (let head = 0; head < heads; head++) {
        const base = head * this.#slots;
        const first = (base + from) * headSize;
        array.copyWithin((base + to) * headSize, first, first + count * headSize);
      }
  }

  /** Copies slots `[from, from + count)`. */
  save(from: number, count: number): CacheSlots {
    const { heads, headSize } = this.#shape;
    const arrays = this.#arrays.map((array) => {
      const saved = new Float32Array(heads * count * headSize);
      this.#copy(array, this.#slots, from, saved, count, 0, count);
      return saved;
    });
    return { slots: count, arrays };
  }

  /** Writes saved slots `[from, from + count)` to `[to, to + count)`, for which there must be room. */
  load(saved: CacheSlots, from: number, count: number, to: number): void {
    saved.arrays.forEach((array, i) => {
      const own = this.#arrays[i] as Float32Array;
      this.#copy(array, saved.slots, from, own, this.#slots, to, count);
    });
  }

  #allocate(slots: number): Float32Array[] {
    const { layers, heads, headSize } = this.#shape;
    return Array.from({ length: 2 * layers }, () => new Float32Array(heads * slots * headSize));
  }

  #copy(
    source: Float32Array,
    sourceSlots: number,
    from: number,
    target: Float32Array,
    targetSlots: number,
    to: number,
    count: number,
  ): void {
    const { heads, headSize } = this.#shape;
    for (let head = 0; head < heads; head++) {
      const first = (head * sourceSlots + from) * headSize;
      const piece = source.subarray(first, first + count * headSize);
      target.set(piece, (head * targetSlots + to) * headSize);
    }
  }
}
