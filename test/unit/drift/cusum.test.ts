import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { INITIAL_CUSUM, stepCusum } from '../../../src/drift/cusum.ts';
import { seededRandom } from '../../../src/random/seeded-random.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readDriftGolden } from '../../support/drift-golden.ts';

const golden = readDriftGolden().cusum;

describe('stepCusum', () => {
  it('equals the reference, step by step', () => {
    let state = INITIAL_CUSUM;
    golden.values.forEach((value, i) => {
      state = stepCusum(state, value, 0.5);
      // The same additions in the same order.
      assert.deepEqual([state.high, state.low], golden.sums[i]);
    });
  });

  it('runs as long as the reference without a change', () => {
    const random = seededRandom(7);
    const runs = 2000;
    let sum = 0;
    for (let run = 0; run < runs; run++) {
      let state = INITIAL_CUSUM;
      for (; state.high <= 5 && state.low <= 5; sum++)
        state = stepCusum(state, random.normal(), 0.5);
    }
    // Run lengths are near exponential, so a mean of n has a deviation of mean/√n; four of the difference.
    const tolerance = 4 * golden.mean * Math.sqrt(1 / runs + 1 / golden.runs);
    assertClose(sum / runs, golden.mean, tolerance);
  });
});
