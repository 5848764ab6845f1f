import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { debiasedCalibrationError } from '../../../src/calibration/debiased-calibration-error.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readCalibrationGolden, rowsOf } from '../../support/calibration-golden.ts';

describe('debiasedCalibrationError', () => {
  for (const { name, confidence, correct, kumar } of readCalibrationGolden().cases) {
    if (kumar === undefined) continue;
    it(`equals the package of Kumar et al. on ${name}`, () => {
      const metric = debiasedCalibrationError(rowsOf(confidence, correct));
      assertClose(metric.squared, kumar.debiasedSquared, 1e-9);
      assertClose(metric.value, kumar.debiased, 1e-9);
    });
  }

  it('floors at 0 and says what was below', () => {
    // One bin, accuracy 1/2, confidence 1/2: 0 - (1/4) / (2 - 1) = -0.25.
    const metric = debiasedCalibrationError(rowsOf([0.5, 0.5], [0, 1]), {
      kind: 'equal-width',
      bins: 10,
    });
    assert.equal(metric.value, 0);
    assertClose(metric.squared, -0.25, 1e-15);
    assert.equal(metric.alone, 0);
  });

  it('leaves out and counts rows alone in their bin', () => {
    const metric = debiasedCalibrationError(rowsOf([0.05, 0.5, 0.5], [1, 1, 1]), {
      kind: 'equal-width',
      bins: 10,
    });
    // Two of three rows: (2/3) * (1 - .5)^2, no variance.
    assertClose(metric.squared, 1 / 6, 1e-15);
    assert.equal(metric.alone, 1);
  });

  it('is null without rows', () => {
    const metric = debiasedCalibrationError(rowsOf([], []));
    assert.deepEqual([metric.value, metric.squared], [null, null]);
  });
});
