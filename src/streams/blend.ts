import { precondition } from '../errors/secl-error.ts';
import type { SeededRandom } from '../random/seeded-random.ts';

/**
 * How domains follow each other. `abrupt`: one after the other. `gradual`: each change stretches over a
 * window, within which the next domain's share rises linearly from 0 to 1. `recurring`: the domains come round
 * several times. `shuffled`: no order at all, and so no change to detect.
 */
export const BLEND_KINDS = ['abrupt', 'gradual', 'recurring', 'shuffled'] as const;

/** One of {@link BLEND_KINDS}. */
export type BlendKind = (typeof BLEND_KINDS)[number];

/** Settings of `blend`. */
export interface BlendOptions {
  readonly kind: BlendKind;
  /**
   * Questions over which a gradual change stretches, an even number of at least 2; cut down where a domain
   * is too short for it. @defaultValue 100
   */
  readonly window?: number;
  /** How often the domains come round when `recurring`, at least 1. @defaultValue 3 */
  readonly cycles?: number;
}

/** Default length of a gradual change, in questions. */
export const DEFAULT_WINDOW = 100;
/** Default number of rounds of a recurring stream. */
export const DEFAULT_CYCLES = 3;

/** A blended list. */
export interface Blended<T> {
  readonly items: T[];
  /** Index of the first item after each change; the middle of the window for a gradual one. */
  readonly changes: readonly number[];
}

/** Slots of the groups in blocks, and where one block meets the next. */
function blocks(sizes: readonly number[]): { slots: number[]; changes: number[] } {
  const slots: number[] = [];
  const changes: number[] = [];
  sizes.forEach((size, group) => {
    const previous = slots.at(-1);
    if (size > 0 && previous !== undefined && previous !== group) changes.push(slots.length);
    for (let i = 0; i < size; i++) slots.push(group);
  });
  return { slots, changes };
}

/**
 * Mixes the slots around each change. Of the window's left half each slot draws a place in [0, 1) with density
 * 2(1 − x), of its right half with density 2x; sorted by place, the right side's share at x is x.
 */
function soften(
  slots: readonly number[],
  changes: readonly number[],
  window: number,
  random: SeededRandom,
): number[] {
  const soft = [...slots];
  const edges = [0, ...changes, slots.length];
  changes.forEach((change, i) => {
    // Half of a block between two changes at most, so that their windows do not meet.
    const left = change - (edges[i] ?? 0);
    const right = (edges[i + 2] ?? slots.length) - change;
    const half = Math.min(
      Math.floor(window / 2),
      i === 0 ? left : Math.ceil(left / 2),
      i === changes.length - 1 ? right : Math.floor(right / 2),
    );
    const placed = slots.slice(change - half, change + half).map((group, k) => {
      const u = random.next();
      return { group, at: k < half ? 1 - Math.sqrt(1 - u) : Math.sqrt(u) };
    });
    placed
      .toSorted((a, b) => a.at - b.at)
      .forEach(({ group }, k) => {
        soft[change - half + k] = group;
      });
  });
  return soft;
}

/** Sizes of `cycles` nearly equal parts of each group, round by round. */
function rounds(sizes: readonly number[], cycles: number): number[][] {
  return Array.from({ length: cycles }, (_, round) =>
    sizes.map(
      (size) => Math.floor((size * (round + 1)) / cycles) - Math.floor((size * round) / cycles),
    ),
  );
}

function slotsOf(
  sizes: readonly number[],
  options: BlendOptions,
  random: SeededRandom,
): { slots: number[]; changes: number[] } {
  const { kind, window = DEFAULT_WINDOW, cycles = DEFAULT_CYCLES } = options;
  if (kind === 'shuffled') return { slots: random.shuffle(blocks(sizes).slots), changes: [] };
  if (kind === 'recurring') {
    precondition(Number.isSafeInteger(cycles) && cycles >= 1, 'cycles is a whole number from 1');
    const parts = rounds(sizes, cycles).map((part) => blocks(part).slots);
    const slots = parts.flat();
    const changes = slots.flatMap((group, i) => (i > 0 && slots[i - 1] !== group ? [i] : []));
    return { slots, changes };
  }
  const plain = blocks(sizes);
  if (kind === 'abrupt') return plain;
  precondition(Number.isSafeInteger(window) && window >= 2, 'a window is a whole number from 2');
  return { ...plain, slots: soften(plain.slots, plain.changes, window, random) };
}

/**
 * Blends groups of items into one list. Every item appears once, and items of a group keep their order.
 *
 * @param groups - In order of first appearance; not mutated.
 * @throws SeclError `PRECONDITION` for a window below 2 or cycles below 1.
 */
export function blend<T>(
  groups: readonly (readonly T[])[],
  options: BlendOptions,
  random: SeededRandom,
): Blended<T> {
  const sizes = groups.map((group) => group.length);
  const { slots, changes } = slotsOf(sizes, options, random);
  const taken = groups.map(() => 0);
  const items = slots.map((group) => {
    const at = taken[group] ?? 0;
    taken[group] = at + 1;
    return groups[group]?.[at] as T;
  });
  return { items, changes };
}
