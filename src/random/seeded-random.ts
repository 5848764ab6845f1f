/**
 * A seeded generator of uniform numbers (sfc32 over a splitmix32 start).
 *
 * Fast, small, and good enough for sampling, shuffling and bootstrap; not for secrets.
 * Source: Doty-Humphrey, PractRand (sfc32); Steele et al. 2014 (splitmix).
 */
export interface SeededRandom {
  /** Uniform in `[0, 1)` with 32 bits. */
  next(): number;
  /** Uniform integer in `[0, bound)`. `bound` is a positive integer. */
  integer(bound: number): number;
  /** Standard normal (Box-Muller, no value kept between calls). */
  normal(): number;
  /** A shuffled copy (Fisher-Yates). `items` is not mutated. */
  shuffle<T>(items: readonly T[]): T[];
  /** A generator whose numbers do not depend on how far this one has been used. */
  fork(label: string): SeededRandom;
}

/** 32-bit FNV-1a, to mix labels into seeds. */
function hashLabel(label: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/**
 * Makes a {@link SeededRandom}.
 *
 * @param seed - Any finite number; its integer part modulo 2^32 counts.
 */
export function seededRandom(seed: number): SeededRandom {
  let start = Math.trunc(seed) >>> 0;
  const split = (): number => {
    start = (start + 0x9e3779b9) | 0;
    let t = start ^ (start >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return (t ^ (t >>> 15)) >>> 0;
  };
  let a = split();
  let b = split();
  let c = split();
  let d = 1;
  const bits = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) bits();
  const random: SeededRandom = {
    next: () => bits() / 4294967296,
    integer: (bound) => Math.floor((bits() / 4294967296) * bound),
    normal: () =>
      Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next()),
    shuffle: (items) => {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = random.integer(i + 1);
        [copy[i], copy[j]] = [copy[j] as (typeof copy)[number], copy[i] as (typeof copy)[number]];
      }
      return copy;
    },
    fork: (label) => seededRandom((Math.trunc(seed) >>> 0) ^ hashLabel(label)),
  };
  return random;
}
