/**
 * Kullback-Leibler divergence KL(p‖q) in nats between two distributions over the same tokens, from their
 * natural log probabilities: `Σ p·(log p − log q)`. A token that `p` rules out adds nothing.
 *
 * @param p - The reference, shape `[V]`.
 * @param q - Shape `[V]`.
 */
export function klDivergence(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const log = p[i]!;
    if (log !== Number.NEGATIVE_INFINITY) sum += Math.exp(log) * (log - q[i]!);
  }
  return sum;
}

/** Index of the largest number, the lowest of equals. */
export function argmax(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** Whether two lists of token ids are equal. */
export function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
