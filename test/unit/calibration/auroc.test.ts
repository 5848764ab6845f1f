import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { auroc } from '../../../src/calibration/auroc.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readCalibrationGolden, rowsOf } from '../../support/calibration-golden.ts';

const golden = readCalibrationGolden();

describe('auroc', () => {
  for (const { name, confidence, correct, sklearn } of golden.cases) {
    it(`equals scikit-learn on ${name}`, () => {
      const metric = auroc(rowsOf(confidence, correct));
      if (sklearn.auroc === null) assert.equal(metric.value, null);
      else assertClose(metric.value, sklearn.auroc, 1e-9);
    });
  }

  it('equals scikit-learn with ties at 0 and 1', () => {
    const { confidence, correct, auroc: expected } = golden.certain;
    assertClose(auroc(rowsOf(confidence, correct)).value, expected, 1e-9);
  });

  it('counts a tie as half', () => {
    // Pairs (right, wrong): (.8, .8) half, (.8, .3) won: 1.5 of 2.
    assert.equal(auroc(rowsOf([0.8, 0.8, 0.3], [1, 0, 0])).value, 0.75);
  });

  it('is null with a reason where only one class is there', () => {
    assert.match(auroc(rowsOf([0.1, 0.9], [1, 1])).reason ?? '', /wrong/);
    assert.match(auroc(rowsOf([0.1, 0.9], [0, 0])).reason ?? '', /right/);
    assert.equal(auroc(rowsOf([], [])).value, null);
  });
});
