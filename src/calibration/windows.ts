import { precondition } from '../errors/secl-error.ts';
import type { Fold } from './fold.ts';

/** A run of consecutive inputs. */
export interface Window<X> {
  /** Ordinal of the window, from 0. */
  readonly ordinal: number;
  /** Index of its first input in the whole sequence, from 0. */
  readonly firstIndex: number;
  readonly items: readonly X[];
}

/** State of a window fold; plain data when the items are. */
export interface WindowState<X> {
  /** Windows given out. */
  readonly windows: number;
  /** Inputs seen. */
  readonly seen: number;
  /** The newest inputs, at most the window's size. */
  readonly items: readonly X[];
}

const EMPTY = { windows: 0, seen: 0, items: [] } as const;

/** Throws `PRECONDITION` unless `count` is a positive integer. */
function checkCount(name: string, count: number): void {
  precondition(
    Number.isInteger(count) && count >= 1,
    `The ${name} of a window is ${count}; it must be an integer of at least 1.`,
  );
}

/**
 * Windows of `size` inputs, end to end: each input is in exactly one.
 *
 * @param size - Integer of at least 1.
 * @throws {@link SeclError} `PRECONDITION` for another size.
 * @remarks A step costs O(size) since the state is copied, never mutated. The last, partial window
 *   is what {@link closeTumblingWindow} gives.
 */
export function tumblingWindow<X>(size: number): Fold<WindowState<X>, X, Window<X>> {
  checkCount('size', size);
  return {
    initial: EMPTY,
    step(state, input) {
      const items = [...state.items, input];
      const seen = state.seen + 1;
      if (items.length < size) {
        return { state: { windows: state.windows, seen, items }, outputs: [] };
      }
      const window = { ordinal: state.windows, firstIndex: seen - items.length, items };
      return { state: { windows: state.windows + 1, seen, items: [] }, outputs: [window] };
    },
  };
}

/**
 * The newest `size` inputs, given out after every `every` inputs, once there are `size` of them.
 *
 * @param size - Integer of at least 1.
 * @param every - Integer of at least 1. @defaultValue 1
 * @throws {@link SeclError} `PRECONDITION` for another size or step.
 * @remarks A step costs O(size).
 */
export function slidingWindow<X>(size: number, every = 1): Fold<WindowState<X>, X, Window<X>> {
  checkCount('size', size);
  checkCount('step', every);
  return {
    initial: EMPTY,
    step(state, input) {
      const items = [...state.items.slice(Math.max(0, state.items.length + 1 - size)), input];
      const seen = state.seen + 1;
      if (items.length < size || (seen - size) % every !== 0) {
        return { state: { windows: state.windows, seen, items }, outputs: [] };
      }
      const window = { ordinal: state.windows, firstIndex: seen - size, items };
      return { state: { windows: state.windows + 1, seen, items }, outputs: [window] };
    },
  };
}

/** The partial window left at the end by {@link tumblingWindow}; `null` where the last one was full. */
export function closeTumblingWindow<X>(state: WindowState<X>): Window<X> | null {
  const { items, seen, windows } = state;
  return items.length === 0 ? null : { ordinal: windows, firstIndex: seen - items.length, items };
}
