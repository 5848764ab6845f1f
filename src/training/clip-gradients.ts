/**
 * Scales a gradient down to a length, if it is longer.
 *
 * Source: Pascanu et al. 2013, arXiv 1211.5063, algorithm 1.
 *
 * @param gradients - Parts of one gradient; changed in place.
 * @param clipNorm - Most L2 norm, above 0; infinity for none.
 * @returns The norm before, NaN or infinite if a number is.
 */
export function clipGradients(gradients: readonly Float64Array[], clipNorm: number): number {
  let squares = 0;
  for (const gradient of gradients) for (const value of gradient) squares += value * value;
  const norm = Math.sqrt(squares);
  if (norm > clipNorm) {
    const scale = clipNorm / norm;
    for (const gradient of gradients) gradient.forEach((value, i) => (gradient[i] = value * scale));
  }
  return norm;
}
