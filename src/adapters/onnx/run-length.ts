import type { ForwardBatch } from '../../decoding/forward-pass.ts';
import { markAncestors } from './arena-excerpt.ts';

/** Most positions of a run. Longer ones are no faster per position and hold more memory. */
const MOST_POSITIONS = 256;
/** Least, however many slots are seen. */
const LEAST_POSITIONS = 32;
/** Most (new position, slot) pairs of a run: attention scores take 4 · heads bytes each. */
const MOST_PAIRS = 2 ** 21;
/**
 * Pairs that cost as much as one more run, which reads all weights again: their number over the products of a
 * pair, 494 million over 43,008 in Qwen2.5-0.5B, 135 million over 34,560 in SmolLM2-135M. In between is near
 * enough: where a run is cut matters little about there.
 */
const PAIRS_OF_A_RUN = 10_000;

/**
 * How many of the next new positions to run at once. Every position of a run computes attention over all that any
 * of them sees, so that texts which share nothing go in runs of their own once they are long.
 *
 * @param batch - All positions that are to be run, from `start` on.
 * @returns At least 1, at most as many as there are.
 */
export function runLength({
  start,
  parents,
  tokens,
}: Pick<ForwardBatch, 'start' | 'parents' | 'tokens'>): number {
  const most = Math.min(tokens.length, MOST_POSITIONS);
  const seen = new Uint8Array(start);
  let slots = 0;
  let count = 0;
  while (count < most) {
    let end = count + 1;
    while (end < most && parents[start + end] === start + end - 1) end++;
    const length = end - count;
    const added = markAncestors(parents[start + count] as number, parents, seen);
    const more = count * (added + length) + length * (slots + count);
    if (count > 0 && more > PAIRS_OF_A_RUN) break;
    slots += added;
    count = end;
  }
  // A run sees an excerpt of the arena where that is less than half of it.
  const pairs = (): number => count * Math.min(start + count, 2 * (slots + count));
  while (count > LEAST_POSITIONS && pairs() > MOST_PAIRS) count--;
  return count;
}
