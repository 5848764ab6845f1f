import type { Sampling } from '../ports/language-model.ts';
import type { SeededRandom } from '../random/seeded-random.ts';
import { largestLogit } from './top-candidates.ts';

/**
 * Draws a token from `softmax(logits / temperature)`, cut to the nucleus: the fewest most probable tokens
 * whose mass reaches `topP` (ties by lower id), renormalised.
 *
 * Takes exactly one number from `random`, so a text's draws depend on nothing but its own seed.
 *
 * Source: nucleus sampling, Holtzman et al. 2020, arXiv 1904.09751.
 *
 * @param logits - Shape `[V]`, finite. Not mutated.
 */
export function sampleToken(
  logits: Float32Array,
  sampling: Pick<Sampling, 'temperature' | 'topP'>,
  random: SeededRandom,
): number {
  const draw = random.next();
  const best = largestLogit(logits);
  const most = logits[best] as number;
  const weights = new Float64Array(logits.length);
  let total = 0;
  for (let id = 0; id < logits.length; id++) {
    const weight = Math.exp(((logits[id] as number) - most) / sampling.temperature);
    weights[id] = weight;
    total += weight;
  }
  const topP = sampling.topP ?? 1;
  return topP >= 1 ? pick(weights, undefined, draw * total, best) : nucleus(weights, total);

  function nucleus(all: Float64Array, sum: number): number {
    // A token lighter than (1 − topP) · sum / V cannot be in the nucleus: all such together weigh less
    // than what the nucleus leaves out. It spares sorting the long tail.
    const least = ((1 - topP) * sum) / all.length;
    const ids: number[] = [];
    for (let id = 0; id < all.length; id++) if ((all[id] as number) >= least) ids.push(id);
    ids.sort((a, b) => (all[b] as number) - (all[a] as number) || a - b);
    let mass = 0;
    let size = 0;
    while (size < ids.length && (size === 0 || mass < topP * sum))
      mass += all[ids[size++] as number] as number;
    return pick(all, ids.slice(0, size), draw * mass, best);
  }
}

/** The first token at which the running sum exceeds `target`; `fallback` if rounding leaves none. */
function pick(
  weights: Float64Array,
  ids: readonly number[] | undefined,
  target: number,
  fallback: number,
): number {
  let sum = 0;
  const count = ids?.length ?? weights.length;
  for (let i = 0; i < count; i++) {
    const id = ids === undefined ? i : (ids[i] as number);
    sum += weights[id] as number;
    if (sum > target) return id;
  }
  return fallback;
}
