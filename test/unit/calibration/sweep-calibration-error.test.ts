import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sweepCalibrationError } from '../../../src/calibration/sweep-calibration-error.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readCalibrationGolden, rowsOf } from '../../support/calibration-golden.ts';

describe('sweepCalibrationError', () => {
  for (const { name, confidence, correct, numpy } of readCalibrationGolden().cases) {
    it(`finds the bins and the value of the reference on ${name}`, () => {
      const metric = sweepCalibrationError(rowsOf(confidence, correct));
      assert.equal(metric.binsUsed, numpy.sweep.bins);
      assertClose(metric.value, numpy.sweep.value, 1e-9);
    });
  }

  it('falls back to one bin where two are not monotone', () => {
    const metric = sweepCalibrationError(rowsOf([0.2, 0.8], [1, 0]));
    assert.equal(metric.binsUsed, 1);
    assert.equal(metric.value, 0);
  });

  it('is null without rows', () => {
    const metric = sweepCalibrationError(rowsOf([], []));
    assert.deepEqual([metric.value, metric.binsUsed], [null, 0]);
  });
});
