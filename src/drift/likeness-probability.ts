import { rankProbability } from './rank-probability.ts';

/** Weight of a waiting question beside the one after it: the newest knows most of a change that was just now. */
const FADING = 0.7;

/** Mean of the waiting points, each with 0.7 of the next one's weight. */
function fadingMean(recent: readonly (readonly number[])[], size: number): Float64Array {
  const mean = new Float64Array(size);
  let total = 0;
  recent.forEach((point, age) => {
    const weight = FADING ** (recent.length - 1 - age);
    total += weight;
    for (let a = 0; a < size; a++) mean[a] = (mean[a] as number) + weight * (point[a] as number);
  });
  return mean.map((sum) => sum / total);
}

/**
 * How often a point that is as much more like the newest questions than like the settled ones is to be expected, were
 * it exchangeable with the settled. Each point `y` of these, the new one among them, is scored by its mean squared
 * distance to all the rest, less that to the waiting ones, where each counts 0.7 as much as the next; the p-value is
 * the new score's rank. Among points that were drawn alike the waiting ones favour none, so it needs no knowledge of
 * their distribution. A narrow domain inside the settled one's cloud is near to that, yet nearer to itself.
 *
 * @param settled - `[n][size]`.
 * @param recent - `[m][size]`, waiting ones, the oldest first; not in `settled`.
 * @returns In `(0, 1)`; 0.5 where none waits.
 * Source: full conformal prediction (Vovk, Gammerman, Shafer 2005), conditional on the waiting points.
 */
export function likenessProbability(
  settled: readonly (readonly number[])[],
  recent: readonly (readonly number[])[],
  point: readonly number[],
): number {
  if (recent.length === 0) return 0.5;
  const size = point.length;
  const direction = fadingMean(recent, size);
  // With N points, Σ over the others of |y − x|² is N|y|² − 2y·Σx + Σ|x|², so up to a constant the score is
  // |y|²/(N − 1) + 2y·(mean of the waiting − Σx/(N − 1)): one product a point.
  const others = settled.length;
  for (const x of [...settled, point])
    for (let a = 0; a < size; a++)
      direction[a] = (direction[a] as number) - (x[a] as number) / others;
  const score = (y: readonly number[]): number => {
    let sum = 0;
    for (let a = 0; a < size; a++) {
      const value = y[a] as number;
      sum += value * (value / others + 2 * (direction[a] as number));
    }
    return sum;
  };
  return rankProbability(settled.map(score), score(point));
}
