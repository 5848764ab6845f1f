import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accuracy } from '../../../src/calibration/accuracy.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readCalibrationGolden, rowsOf } from '../../support/calibration-golden.ts';

describe('accuracy', () => {
  for (const { name, confidence, correct, sklearn } of readCalibrationGolden().cases) {
    it(`equals scikit-learn on ${name}`, () => {
      assertClose(accuracy(rowsOf(confidence, correct)).value, sklearn.accuracy, 1e-9);
    });
  }

  it('is null without rows', () => {
    assert.equal(accuracy(rowsOf([], [])).value, null);
  });
});
