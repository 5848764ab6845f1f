import { rankProbability } from './rank-probability.ts';

/** Nearest neighbours whose distances are averaged. */
const NEIGHBOURS = 3;

/** Product of rows `i` and `j` of `points`, `[n, size]`; four sums, which do not wait for each other. */
function product(points: Float64Array, size: number, i: number, j: number): number {
  let s = 0;
  let t = 0;
  let u = 0;
  let v = 0;
  let a = i * size;
  let b = j * size;
  const end = a + size;
  for (; a + 3 < end; a += 4, b += 4) {
    s += (points[a] as number) * (points[b] as number);
    t += (points[a + 1] as number) * (points[b + 1] as number);
    u += (points[a + 2] as number) * (points[b + 2] as number);
    v += (points[a + 3] as number) * (points[b + 3] as number);
  }
  for (; a < end; a++, b++) s += (points[a] as number) * (points[b] as number);
  return s + t + u + v;
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
  const points = new Float64Array(count * size);
  [...others, point].forEach((row, i) => {
    points.set(row, i * size);
  });
  const squares = Float64Array.from({ length: count }, (_, i) => product(points, size, i, i));
  const nearest = new Float64Array(count * NEIGHBOURS).fill(Number.POSITIVE_INFINITY);
  const offer = (row: number, distance: number): void => {
    const first = row * NEIGHBOURS;
    let slot = first + NEIGHBOURS - 1;
    if (distance >= (nearest[slot] as number)) return;
    for (; slot > first && distance < (nearest[slot - 1] as number); slot--)
      nearest[slot] = nearest[slot - 1] as number;
    nearest[slot] = distance;
  };
  for (let i = 0; i < count; i++)
    for (let j = 0; j < i; j++) {
      // Exact, the coordinates being small integers.
      const distance =
        (squares[i] as number) + (squares[j] as number) - 2 * product(points, size, i, j);
      offer(i, distance);
      offer(j, distance);
    }
  const scores = Array.from({ length: count }, (_, row) => {
    let sum = 0;
    for (let slot = 0; slot < NEIGHBOURS; slot++) sum += nearest[row * NEIGHBOURS + slot] as number;
    return sum;
  });
  return rankProbability(scores.slice(0, -1), scores.at(-1) as number);
}
