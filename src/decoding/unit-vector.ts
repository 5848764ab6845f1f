/**
 * A copy of a vector at length 1; all zeros stay zeros.
 *
 * @param vector - Shape `[D]`. Not mutated.
 */
export function unitVector(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const x of vector) squares += x * x;
  const length = Math.sqrt(squares);
  return length === 0 ? vector.slice() : vector.map((x) => x / length);
}
