import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decomposeBrier } from '../../../src/calibration/decompose-brier.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readCalibrationGolden, rowsOf } from '../../support/calibration-golden.ts';

const PARTS = [
  'reliability',
  'resolution',
  'uncertainty',
  'withinBinVariance',
  'withinBinCovariance',
] as const;

describe('decomposeBrier', () => {
  for (const { name, confidence, correct, sklearn, numpy } of readCalibrationGolden().cases) {
    const data = rowsOf(confidence, correct);
    it(`equals numpy's bin-wise covariances on ${name}`, () => {
      const parts = decomposeBrier(data);
      for (const part of PARTS) {
        assertClose(parts?.[part], numpy.brierDecomposition[part] as number, 1e-9, part);
      }
    });
    for (const kind of ['equal-width', 'equal-mass'] as const) {
      it(`adds up to scikit-learn's Brier score on ${name} with ${kind} bins`, () => {
        const parts = decomposeBrier(data, { kind, bins: 10 });
        assert.ok(parts !== null);
        const { reliability, resolution, uncertainty } = parts;
        const within = parts.withinBinVariance - parts.withinBinCovariance;
        assertClose(reliability - resolution + uncertainty + within, sklearn.brier, 1e-12);
        assert.equal(parts.definition.estimator, `brier-decomposition-${kind}`);
      });
    }
  }

  it('has no within-bin terms where every bin holds one confidence', () => {
    const parts = decomposeBrier(rowsOf([0.25, 0.25, 0.75, 0.75], [0, 1, 1, 1]));
    assert.ok(parts !== null);
    assert.equal(parts.withinBinVariance, 0);
    assert.equal(parts.withinBinCovariance, 0);
    // Bins .25 (accuracy 1/2) and .75 (accuracy 1): (1/16 + 1/16) / 2; mean accuracy 3/4.
    assertClose(parts.reliability, 1 / 16, 1e-15);
    assertClose(parts.resolution, 1 / 16, 1e-15);
    assertClose(parts.uncertainty, 3 / 16, 1e-15);
  });

  it('is null without rows', () => {
    assert.equal(decomposeBrier(rowsOf([], [])), null);
  });
});
