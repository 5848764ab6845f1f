/** Adam's memory, one array of each moment a parameter, in the parameters' order and sizes. */
export interface OptimizerState {
  /** Steps taken, from 0. */
  readonly step: number;
  /** Running mean of the gradient. */
  readonly mean: readonly Float32Array[];
  /** Running mean of the gradient's squares. */
  readonly square: readonly Float32Array[];
}

/** The state before the first step. */
export function freshOptimizerState(parameters: readonly Float32Array[]): OptimizerState {
  const zeros = (): Float32Array[] => parameters.map(({ length }) => new Float32Array(length));
  return { step: 0, mean: zeros(), square: zeros() };
}
