import { precondition } from '../errors/secl-error.ts';
import type { LabelledConfidences } from './labelled-confidences.ts';
import { sortedOrder } from './sort-rows.ts';

/** A rising line through points, flat beyond the first and the last. */
export interface IsotonicFit {
  /** Confidences, rising strictly, shape `[K]`. */
  readonly confidences: readonly number[];
  /** Share of right answers at each, never falling, in `[0, 1]`, shape `[K]`. */
  readonly shares: readonly number[];
}

/**
 * Fits the never-falling function of the confidence that has the least squared error, by pooling adjacent violators.
 * Equal confidences count as one point with their mean.
 *
 * @param data - Not mutated.
 * @returns No points without rows. Source: Zadrozny and Elkan 2002; Ayer et al. 1955.
 * @remarks O(n log n).
 */
export function fitIsotonic(data: LabelledConfidences): IsotonicFit {
  const { confidence, correct } = data;
  const points: { at: number; sum: number; count: number }[] = [];
  for (const row of sortedOrder(data)) {
    const at = confidence[row] as number;
    const last = points.at(-1);
    if (last?.at === at) {
      last.sum += correct[row] as number;
      last.count++;
    } else points.push({ at, sum: correct[row] as number, count: 1 });
  }
  const blocks: { sum: number; count: number; points: number }[] = [];
  for (const { sum, count } of points) {
    let block = { sum, count, points: 1 };
    for (
      let before = blocks.at(-1);
      before !== undefined && before.sum * block.count >= block.sum * before.count;
      before = blocks.at(-1)
    ) {
      blocks.pop();
      block = {
        sum: before.sum + block.sum,
        count: before.count + block.count,
        points: before.points + block.points,
      };
    }
    blocks.push(block);
  }
  return {
    confidences: points.map(({ at }) => at),
    shares: blocks.flatMap(({ sum, count, points: width }) =>
      new Array<number>(width).fill(sum / count),
    ),
  };
}

/**
 * The fitted share at a confidence: between points in proportion, beyond them the nearest one's.
 *
 * @param confidence - In `[0, 1]`.
 * @returns In `[0, 1]`; the confidence itself where nothing was fitted.
 */
export function applyIsotonic({ confidences, shares }: IsotonicFit, confidence: number): number {
  precondition(confidence >= 0 && confidence <= 1, `not a fraction: ${confidence}`);
  const above = confidences.findIndex((at) => at >= confidence);
  const last = shares.at(-1);
  if (last === undefined) return confidence;
  if (above === -1) return last;
  const high = shares[above] as number;
  if (above === 0) return high;
  const from = confidences[above - 1] as number;
  const low = shares[above - 1] as number;
  return low + ((confidence - from) / ((confidences[above] as number) - from)) * (high - low);
}
