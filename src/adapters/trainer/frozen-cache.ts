/** Something of a known size in memory. */
export interface Sized {
  readonly byteLength: number;
}

/** Keeps what was used last, up to a bound in bytes. A single thing above the bound is not kept. */
export class FrozenCache<Value extends Sized> {
  readonly #bound: number;
  /** In the order of their last use. */
  readonly #kept = new Map<string, Value>();
  #bytes = 0;

  /** @param bound - Most bytes, at least 0. */
  constructor(bound: number) {
    this.#bound = bound;
  }

  /** Bytes kept. */
  get byteLength(): number {
    return this.#bytes;
  }

  get(key: string): Value | undefined {
    const value = this.#kept.get(key);
    if (value === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, value);
    return value;
  }

  /** Keeps a value under a key that is not in use. */
  add(key: string, value: Value): void {
    if (value.byteLength > this.#bound) return;
    this.#kept.set(key, value);
    this.#bytes += value.byteLength;
    for (const [oldest, { byteLength }] of this.#kept) {
      if (this.#bytes <= this.#bound) break;
      this.#kept.delete(oldest);
      this.#bytes -= byteLength;
    }
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }
}
