import { rankProbability } from './rank-probability.ts';

/** Nearest neighbours whose distances are averaged. */
const NEIGHBOURS = 3;

/** Squared Euclidean distance of rows `i` and `j` of `points`, `[n, size]`. */
function squaredDistance(points: Float64Array, size: number, i: number, j: number): number {
  let sum = 0;
  for (let a = i * size, b = j * size, end = a + size; a < end; a++, b++) {
    const difference = (points[a] as number) - (points[b] as number);
    sum += difference * difference;
  }
  return sum;
}

/**
 * How often a point as far from its nearest neighbours is to be expected, were it exchangeable with `others`. Each
 * point, the new one among them, is scored by its mean squared distance to its 3 nearest among all the rest, so none
 * is favoured; the p-value is the new score's rank.
 *
 * @param others - `[n][PROJECTED_SIZE]`.
 * @returns In `(0, 1)`.
 * Source: full conformal prediction (Vovk, Gammerman, Shafer 2005) with a nearest-neighbour score.
 */
export function neighbourProbability(
  others: readonly (readonly number[])[],
  point: readonly number[],
): number {
  const size = point.length;
  const count = others.length + 1;
  const points = Float64Array.from([...others, point].flat());
  const nearest = Array.from({ length: count }, () =>
    new Float64Array(NEIGHBOURS).fill(Number.POSITIVE_INFINITY),
  );
  const offer = (row: number, distance: number): void => {
    const best = nearest[row] as Float64Array;
    let slot = NEIGHBOURS - 1;
    if (distance >= (best[slot] as number)) return;
    for (; slot > 0 && distance < (best[slot - 1] as number); slot--)
      best[slot] = best[slot - 1] as number;
    best[slot] = distance;
  };
  for (let i = 0; i < count; i++)
    for (let j = 0; j < i; j++) {
      const distance = squaredDistance(points, size, i, j);
      offer(i, distance);
      offer(j, distance);
    }
  const scores = nearest.map((best) => best.reduce((sum, distance) => sum + distance, 0));
  return rankProbability(scores.slice(0, -1), scores.at(-1) as number);
}
