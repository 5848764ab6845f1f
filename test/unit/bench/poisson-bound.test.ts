import { describe, it } from 'node:test';
import { poissonUpperBound } from '../../../bench/poisson-bound.ts';
import { assertClose } from '../../support/assert-close.ts';

const BOUNDS = [
  [0, 2.995732274],
  [1, 4.743864518],
  [7, 13.148113802],
  [100, 118.079272782],
  [5000, 5117.886079408],
] as const;

describe('poissonUpperBound', () => {
  // Witness: chi2.ppf(0.95, 2·(count + 1)) / 2 of scipy 1.17, Garwood's closed form.
  for (const [count, bound] of BOUNDS)
    it(`equals scipy for ${count}`, () => {
      assertClose(poissonUpperBound(count), bound, 1e-6 * bound);
    });
});
