import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brierScore } from '../../../src/calibration/brier-score.ts';
import { expectedCalibrationError } from '../../../src/calibration/expected-calibration-error.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readCalibrationGolden, rowsOf } from '../../support/calibration-golden.ts';

const golden = readCalibrationGolden();

describe('brierScore', () => {
  for (const { name, confidence, correct, sklearn } of golden.cases) {
    it(`equals scikit-learn on ${name}`, () => {
      assertClose(brierScore(rowsOf(confidence, correct)).value, sklearn.brier, 1e-9);
    });
  }

  it('equals scikit-learn on certain answers', () => {
    const { confidence, correct, brier } = golden.certain;
    assertClose(brierScore(rowsOf(confidence, correct)).value, brier, 1e-9);
  });

  it('is better for the worse calibrated of two models: it is not calibration', () => {
    // Two models on twelve questions, from scikit-learn's issue 10883.
    const y = [0, 0, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1] as const;
    const a = rowsOf([0, 0.25, 0.25, 0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 0.75, 0.75, 1], y);
    const b = rowsOf([0, 0.25, 0.25, 0.25, 0.75, 0.5, 0.5, 0.25, 0.75, 0.75, 0.75, 1], y);
    assertClose(brierScore(a).value, 1 / 6, 1e-15);
    assertClose(brierScore(b).value, 1 / 12, 1e-15);
    assertClose(expectedCalibrationError(a).value, 0, 1e-15);
    // 0.25 and 0.75 with four rows each are off by 0.25 each: 8 / 12 of 0.25.
    assertClose(expectedCalibrationError(b).value, 1 / 6, 1e-15);
  });

  it('is null without rows', () => {
    assert.equal(brierScore(rowsOf([], [])).value, null);
  });
});
