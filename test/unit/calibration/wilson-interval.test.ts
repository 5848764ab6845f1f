import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wilsonInterval } from '../../../src/calibration/wilson-interval.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readCalibrationGolden } from '../../support/calibration-golden.ts';

describe('wilsonInterval', () => {
  for (const { successes, n, low, high } of readCalibrationGolden().wilson) {
    it(`equals scipy for ${successes} of ${n}`, () => {
      const interval = wilsonInterval(successes, n);
      assertClose(interval.low, low, 1e-9);
      assertClose(interval.high, high, 1e-9);
    });
  }

  it('refuses no trials and more successes than trials', () => {
    assert.throws(() => wilsonInterval(0, 0), { code: 'PRECONDITION' });
    assert.throws(() => wilsonInterval(3, 2), { code: 'PRECONDITION' });
  });
});
