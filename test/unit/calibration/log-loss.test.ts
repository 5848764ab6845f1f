import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { logLoss } from '../../../src/calibration/log-loss.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readCalibrationGolden, rowsOf } from '../../support/calibration-golden.ts';

const golden = readCalibrationGolden();

describe('logLoss', () => {
  for (const { name, confidence, correct, sklearn } of golden.cases) {
    it(`equals scikit-learn on ${name}`, () => {
      const metric = logLoss(rowsOf(confidence, correct));
      assertClose(metric.value, sklearn.logLoss, 1e-9);
      assert.equal(metric.clipped, 0);
    });
  }

  it('clips 0 and 1 as scikit-learn does, and counts them', () => {
    const metric = logLoss(rowsOf(golden.certain.confidence, golden.certain.correct));
    assertClose(metric.value, golden.certain.logLoss, 1e-9);
    assert.equal(metric.clipped, 4);
    assert.equal(metric.epsilon, 2 ** -52);
  });

  it('takes another clipping, and says so in its definition', () => {
    const metric = logLoss(rowsOf([1], [0]), 0.01);
    assertClose(metric.value, -Math.log(0.01), 1e-12);
    assert.equal(metric.definition.estimator, 'log-loss-clipped-0.01');
    assert.throws(() => logLoss(rowsOf([1], [0]), 0), { code: 'PRECONDITION' });
    assert.throws(() => logLoss(rowsOf([1], [0]), 0.5), { code: 'PRECONDITION' });
  });

  it('is null without rows', () => {
    assert.equal(logLoss(rowsOf([], [])).value, null);
  });
});
