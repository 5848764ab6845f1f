import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { smoothCalibrationError } from '../../../src/calibration/smooth-calibration-error.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readCalibrationGolden, rowsOf } from '../../support/calibration-golden.ts';

describe('smoothCalibrationError', () => {
  for (const { name, confidence, correct, numpy, relplot } of readCalibrationGolden().cases) {
    const data = rowsOf(confidence, correct);
    it(`equals the sum over mirror images of the Gaussian on ${name}`, () => {
      assertClose(smoothCalibrationError(data, 0.05).value, numpy.smooth['0.05'], 1e-9);
      assertClose(smoothCalibrationError(data, 0.3).value, numpy.smooth['0.3'], 1e-9);
      const { value, bandwidth } = smoothCalibrationError(data);
      assertClose(value, numpy.smooth.fixedPoint, 1e-9);
      assertClose(value, bandwidth ?? Number.NaN, 1e-9, 'the fixed point');
    });
    it(`is near relplot on ${name}`, () => {
      // relplot rounds to a grid, cuts its kernel at ±1/2 and adds a constant to the density: 1.2e-3
      // at bandwidth 0.05, up to 0.02 at the wide bandwidths that few or badly calibrated rows get.
      assertClose(smoothCalibrationError(data, 0.05).value, relplot['smooth0.05'], 1.2e-3);
      assertClose(smoothCalibrationError(data).value, relplot.smooth, 0.02);
    });
  }

  it('is 0 for certain and right answers', () => {
    const { value } = smoothCalibrationError(rowsOf([0, 1, 1], [0, 1, 1]));
    assert.equal(value, 0);
  });

  it('refuses a bandwidth it cannot resolve', () => {
    for (const bandwidth of [0, 0.001, 1.1, Number.NaN]) {
      assert.throws(() => smoothCalibrationError(rowsOf([0.5], [1]), bandwidth), {
        code: 'PRECONDITION',
      });
    }
  });

  it('is null without rows', () => {
    const { value, bandwidth } = smoothCalibrationError(rowsOf([], []));
    assert.deepEqual([value, bandwidth], [null, null]);
  });
});
