import { seededRandom } from '../random/seeded-random.ts';
import {
  labelConfidences,
  type ConfidenceRow,
  type LabelledConfidences,
} from './labelled-confidences.ts';

/** How {@link crossFit} shares rows out. */
export interface CrossFitOptions {
  /** Parts, at least 2. @defaultValue 5 */
  readonly folds?: number;
  /** Any finite number: shares the rows out. */
  readonly seed: number;
}

/**
 * Confidences that a calibrator makes of rows it was not fitted on: rows are shared out to folds, and each fold's
 * confidences come from the fit to the others. Labels of rows later in a stream are used too, which no method that
 * runs on a stream has.
 *
 * @param rows - Not mutated. Those without a confidence stay without.
 * @param fit - Gives the calibrated confidence, in `[0, 1]`, as a function of a confidence.
 * @returns One per row, in their order.
 */
export function crossFit(
  rows: readonly ConfidenceRow[],
  fit: (data: LabelledConfidences) => (confidence: number) => number,
  { folds = 5, seed }: CrossFitOptions,
): (number | null)[] {
  const calibrated: (number | null)[] = rows.map(() => null);
  const order = seededRandom(seed).shuffle([...rows.keys()]);
  for (let fold = 0; fold < folds; fold++) {
    const held = order.filter((_, i) => i % folds === fold);
    const others = order.filter((_, i) => i % folds !== fold);
    const apply = fit(labelConfidences(others.map((i) => rows[i] as ConfidenceRow)));
    for (const i of held) {
      const { confidence } = rows[i] as ConfidenceRow;
      if (confidence !== null) calibrated[i] = apply(confidence);
    }
  }
  return calibrated;
}
