/** ln P(X ≤ count) of a Poisson variable, summed from the largest term down. */
function logCumulative(count: number, mean: number): number {
  let logTerm = -mean;
  for (let i = 1; i <= count; i++) logTerm += Math.log(mean / i);
  let sum = 0;
  let term = 1;
  for (let i = count; i >= 0 && term > 1e-17 * sum; i--) {
    sum += term;
    term *= i / mean;
  }
  return logTerm + Math.log(sum);
}

/**
 * Exact upper confidence bound of a Poisson mean, one-sided.
 *
 * @param count - Events seen, an integer of at least 0.
 * @param miss - Share of cases in which the bound may be too low, in `(0, 1)`.
 * Source: Garwood 1936.
 */
export function poissonUpperBound(count: number, miss = 0.05): number {
  let low = count;
  let high = count + 10 + 10 * Math.sqrt(count);
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (logCumulative(count, middle) > Math.log(miss)) low = middle;
    else high = middle;
  }
  return high;
}
