import { precondition } from '../errors/secl-error.ts';
import { seededRandom } from '../random/seeded-random.ts';
import { DEFAULT_BINNING, type Binning } from './binning.ts';
import { expectedCalibrationError } from './expected-calibration-error.ts';
import { trustRows, type LabelledConfidences } from './labelled-confidences.ts';
import { quantile } from './quantile.ts';
import { sortRows } from './sort-rows.ts';

/** Options of {@link eceFloor}. */
export interface EceFloorOptions {
  /** @defaultValue ten bins of equal width */
  readonly binning?: Binning;
  /** Simulated label sets. @defaultValue 1000 */
  readonly simulations?: number;
  /** Any finite number. @defaultValue 0 */
  readonly seed?: number;
}

/** What ECE a perfectly calibrated model would show with these confidences. */
export interface EceFloor {
  /** Mean over the simulated label sets, a fraction. */
  readonly mean: number;
  /** Their 95th percentile: an ECE below it is no evidence of miscalibration at the 5% level. */
  readonly p95: number;
  readonly simulations: number;
  readonly n: number;
}

/**
 * Finite-sample floor of the ECE: its distribution when each label is drawn as
 * `y_i ~ Bernoulli(f_i)`, with the confidences as they are.
 *
 * @param data - Its outcomes are not read. Not mutated.
 * @returns `null` without rows.
 * @throws {@link SeclError} `PRECONDITION` for less than 1 simulation, or bins that are no positive integer.
 * @remarks O(simulations × n). Mean is good to about 0.3 / sqrt(simulations) of itself.
 * Source: Monte Carlo form of the test in Vaicenavicius et al. 2019, arXiv:1902.06977.
 */
export function eceFloor(
  data: LabelledConfidences,
  options: EceFloorOptions = {},
): EceFloor | null {
  const { binning = DEFAULT_BINNING, simulations = 1000, seed = 0 } = options;
  precondition(
    Number.isInteger(simulations) && simulations >= 1,
    `The number of simulations is ${simulations}; it must be an integer of at least 1.`,
  );
  const n = data.correct.length;
  if (n === 0) return null;
  const { confidence } = sortRows(data);
  const correct = new Uint8Array(n);
  const simulated = trustRows(confidence, correct, data);
  const random = seededRandom(seed);
  const values = new Float64Array(simulations);
  let sum = 0;
  for (let round = 0; round < simulations; round++) {
    for (let i = 0; i < n; i++) correct[i] = random.next() < (confidence[i] as number) ? 1 : 0;
    const value = expectedCalibrationError(simulated, binning).value as number;
    values[round] = value;
    sum += value;
  }
  values.sort();
  return { mean: sum / simulations, p95: quantile(values, 0.95), simulations, n };
}
