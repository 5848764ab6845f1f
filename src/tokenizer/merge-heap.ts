/** Room for positions in a key: 2^28 bytes of one word, and 2^25 ranks, fit a double exactly. */
const POSITIONS = 2 ** 28;

/** A binary min-heap of merges to try: lowest rank first, then leftmost position. */
export class MergeHeap {
  /** Rank of the entry popped last. */
  rank = 0;
  /** Position of the entry popped last. */
  position = 0;
  readonly #keys: number[] = [];

  push(rank: number, position: number): void {
    const keys = this.#keys;
    const key = rank * POSITIONS + position;
    let at = keys.length;
    keys.push(key);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[at] = keys[parent]!;
      at = parent;
    }
    keys[at] = key;
  }

  /** Takes the first entry out into `rank` and `position`; false if there is none. */
  pop(): boolean {
    const keys = this.#keys;
    const first = keys[0];
    const last = keys.pop();
    if (first === undefined || last === undefined) return false;
    this.rank = Math.floor(first / POSITIONS);
    this.position = first % POSITIONS;
    if (keys.length === 0) return true;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= keys.length) break;
      if (child + 1 < keys.length && keys[child + 1]! < keys[child]!) child += 1;
      if (last <= keys[child]!) break;
      keys[at] = keys[child]!;
      at = child;
    }
    keys[at] = last;
    return true;
  }
}
