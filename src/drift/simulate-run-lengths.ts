import { seededRandom } from '../random/seeded-random.ts';
import { initialDetector, stepDetector, type DetectorName, type Sides } from './detector.ts';
import { rankProbability } from './rank-probability.ts';
import { EMPTY_REFERENCE, remember, type Reference } from './reference.ts';

/** What {@link simulateRunLengths} needs. */
export interface RunLengthOptions {
  readonly detector: DetectorName;
  readonly sides: Sides;
  /** Questions that only fill the reference. */
  readonly warmUp: number;
  /** Ascending. */
  readonly thresholds: readonly number[];
  readonly runs: number;
  /** Where a run is given up; lengths are at least this then. */
  readonly maxLength: number;
  readonly seed: number;
}

/**
 * Mean run lengths from a segment's start to the first alarm where nothing changes, warm-up counted. The values are
 * uniform: ranks are all that a detector sees, so any other continuous distribution gives the same.
 *
 * @returns One a threshold. A run that was given up counts with `maxLength`.
 */
export function simulateRunLengths(options: RunLengthOptions): number[] {
  const { detector, sides, warmUp, thresholds, runs, maxLength, seed } = options;
  const sums = thresholds.map(() => 0);
  for (let run = 0; run < runs; run++) {
    const random = seededRandom(seed).fork(`run ${run}`);
    let reference: Reference<number> = EMPTY_REFERENCE;
    let state = initialDetector(detector);
    let passed = 0;
    let length = 0;
    while (passed < thresholds.length && length < maxLength) {
      const value = random.next();
      length++;
      if (reference.settled.length >= warmUp) {
        const step = stepDetector(state, rankProbability(reference.settled, value), sides);
        state = step.state;
        for (
          ;
          passed < thresholds.length && step.evidence > (thresholds[passed] as number);
          passed++
        )
          sums[passed] = (sums[passed] as number) + length;
      }
      reference = remember(reference, value, warmUp);
    }
    for (; passed < thresholds.length; passed++)
      sums[passed] = (sums[passed] as number) + maxLength;
  }
  return sums.map((sum) => sum / runs);
}
