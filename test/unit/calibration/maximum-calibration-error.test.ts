import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maximumCalibrationError } from '../../../src/calibration/maximum-calibration-error.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readCalibrationGolden, rowsOf } from '../../support/calibration-golden.ts';

describe('maximumCalibrationError', () => {
  for (const { name, confidence, correct, netcal, torchmetrics } of readCalibrationGolden().cases) {
    it(`equals netcal and torchmetrics on ${name}`, () => {
      const data = rowsOf(confidence, correct);
      // Rounding of sums only.
      assertClose(maximumCalibrationError(data).value, netcal['10'].mce, 1e-9);
      assertClose(maximumCalibrationError(data).value, torchmetrics.mce, 1e-9);
      const fifteen = maximumCalibrationError(data, { kind: 'equal-width', bins: 15 });
      assertClose(fifteen.value, netcal['15'].mce, 1e-9);
    });
  }

  it('is 0.9 on the two-bin example of uqlm with no right answer', () => {
    const data = rowsOf([0.1, 0.1, 0.9, 0.9], [0, 0, 0, 0]);
    const metric = maximumCalibrationError(data, { kind: 'equal-width', bins: 2 });
    assertClose(metric.value, 0.9, 1e-15);
    assert.equal(metric.definition.estimator, 'mce-equal-width');
  });

  it('is null without rows', () => {
    assert.equal(maximumCalibrationError(rowsOf([], [])).value, null);
  });
});
