/**
 * How often a value as high as `value` is to be expected, were it exchangeable with `others`: the conformal p-value,
 * ties counted half. It depends on ranks alone, so its distribution is the same whatever the values' own.
 *
 * @returns In `(0, 1)`, at least `1 / (2(n + 1))`.
 * Source: Vovk, Gammerman, Shafer 2005, with the mid-rank in place of a draw.
 */
export function rankProbability(others: readonly number[], value: number): number {
  let higher = 0;
  let equal = 1;
  for (const other of others) {
    if (other > value) higher++;
    else if (other === value) equal++;
  }
  return (higher + equal / 2) / (others.length + 1);
}
