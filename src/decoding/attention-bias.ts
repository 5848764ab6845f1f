import { NO_PARENT } from './token-arena.ts';

/** Added to the score of a slot that must not be seen: its weight becomes exactly zero. */
export const HIDDEN_BIAS = -1e9;

/**
 * Writes which slots each new position sees: itself and its ancestors.
 *
 * @param bias - Receives `[count, front + start + count]`, row-major: 0 for seen, {@link HIDDEN_BIAS} for
 *   hidden.
 * @param parents - Parent by slot, shape at least `[start + count]`. Not mutated.
 * @param start - Slot of the first new position.
 * @param count - New positions.
 * @param front - Columns before slot 0 that nobody sees.
 * @remarks O(count · (start + count)).
 */
export function fillAttentionBias(
  bias: Float32Array,
  parents: Int32Array,
  start: number,
  count: number,
  front = 0,
): void {
  const width = front + start + count;
  bias.fill(HIDDEN_BIAS, 0, count * width);
  for (let t = 0; t < count; t++) {
    const row = t * width + front;
    const parent = parents[start + t] as number;
    if (t > 0 && parent === start + t - 1) bias.copyWithin(row, row - width, row);
    else for (let at = parent; at !== NO_PARENT; at = parents[at] as number) bias[row + at] = 0;
    bias[row + start + t] = 0;
  }
}
