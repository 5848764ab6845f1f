import type { OptimizerSettings } from '../events/training-batch.ts';
import type { OptimizerState } from './optimizer-state.ts';

/** Parameters and state after a step. */
export interface AdamStep {
  readonly parameters: readonly Float32Array[];
  readonly state: OptimizerState;
}

/**
 * One step of Adam with bias correction. `adam` adds `weightDecay · parameter` to the gradient, `adamw` takes
 * `learningRate · weightDecay` of the parameter itself away first. Moments and parameters are kept as float32;
 * what lies between is float64.
 *
 * Source: Kingma and Ba 2015, arXiv 1412.6980, algorithm 1; Loshchilov and Hutter 2019, arXiv 1711.05101.
 *
 * @param gradients - Clipped already; sizes as the parameters'.
 * @returns New arrays; nothing is changed in place.
 */
export function adamStep(
  parameters: readonly Float32Array[],
  gradients: readonly Float64Array[],
  { step: stepsBefore, ...moments }: OptimizerState,
  settings: OptimizerSettings,
): AdamStep {
  const { learningRate, beta1, beta2, epsilon, weightDecay } = settings;
  const step = stepsBefore + 1;
  const rate = learningRate / (1 - beta1 ** step);
  const rootCorrection = Math.sqrt(1 - beta2 ** step);
  const decoupled = settings.name === 'adamw';
  const mean = moments.mean.map((values) => values.slice());
  const square = moments.square.map((values) => values.slice());
  const moved = parameters.map((values, index) => {
    const [gradient, m, v] = [gradients[index], mean[index], square[index]] as [
      Float64Array,
      Float32Array,
      Float32Array,
    ];
    return values.map((value, i) => {
      const start = decoupled ? value * (1 - learningRate * weightDecay) : value;
      const slope = (gradient[i] as number) + (decoupled ? 0 : weightDecay * value);
      m[i] = beta1 * (m[i] as number) + (1 - beta1) * slope;
      v[i] = beta2 * (v[i] as number) + (1 - beta2) * slope * slope;
      const spread = Math.sqrt(v[i]) / rootCorrection + epsilon;
      return start - (rate * m[i]) / spread;
    });
  });
  return { parameters: moved, state: { step, mean, square } };
}
