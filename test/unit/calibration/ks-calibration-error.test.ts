import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ksCalibrationError } from '../../../src/calibration/ks-calibration-error.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readCalibrationGolden, rowsOf } from '../../support/calibration-golden.ts';

describe('ksCalibrationError', () => {
  for (const { name, confidence, correct, numpy } of readCalibrationGolden().cases) {
    it(`equals the largest gap of the two step functions on ${name}`, () => {
      assertClose(ksCalibrationError(rowsOf(confidence, correct)).value, numpy.ks, 1e-9);
    });
  }

  it('does not look inside a tie', () => {
    // Four rows at 1/2, half of them right: the gap is 0 at the end of the tie, 1/4 in its middle.
    assert.equal(ksCalibrationError(rowsOf([0.5, 0.5, 0.5, 0.5], [1, 1, 0, 0])).value, 0);
  });

  it('is null without rows', () => {
    assert.equal(ksCalibrationError(rowsOf([], [])).value, null);
  });
});
