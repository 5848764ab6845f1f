import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runningCalibration } from '../../../src/calibration/running-calibration.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readCalibrationGolden } from '../../support/calibration-golden.ts';

describe('runningCalibration', () => {
  for (const { name, confidence, correct, netcal, sklearn, numpy } of readCalibrationGolden()
    .cases) {
    it(`ends at the reference values on ${name}, with its state through JSON`, () => {
      const fold = runningCalibration();
      let state = fold.initial;
      for (const [i, f] of confidence.entries()) {
        const next = fold.step(state, { confidence: f, correct: correct[i] === 1 });
        state = JSON.parse(JSON.stringify(next.state)) as typeof state;
      }
      const [metrics] = fold.step(state, { confidence: null, correct: true }).outputs;
      assertClose(metrics?.ece, netcal['10'].ece, 1e-9);
      assertClose(metrics.brier, sklearn.brier, 1e-9);
      assertClose(metrics.accuracy, sklearn.accuracy, 1e-9);
      assertClose(metrics.mean, numpy.mean, 1e-9);
      assert.deepEqual([metrics.n, metrics.missing], [confidence.length, 1]);
    });
  }

  it('is null before the first complete row, and counts what it skips', () => {
    const fold = runningCalibration();
    const first = fold.step(fold.initial, { confidence: 0.5, correct: null });
    assert.deepEqual(first.outputs, [
      { n: 0, missing: 0, unlabelled: 1, ece: null, brier: null, accuracy: null, mean: null },
    ]);
    assert.deepEqual(fold.initial, runningCalibration().initial, 'a step must not mutate');
  });

  it('refuses NaN, and bins that are no positive integer', () => {
    const fold = runningCalibration();
    assert.throws(() => fold.step(fold.initial, { confidence: Number.NaN, correct: null }), {
      code: 'PRECONDITION',
    });
    assert.throws(() => runningCalibration(0), { code: 'PRECONDITION' });
  });
});
