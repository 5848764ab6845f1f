import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eceFloor } from '../../../src/calibration/ece-floor.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readCalibrationGolden, rowsOf } from '../../support/calibration-golden.ts';

describe('eceFloor', () => {
  for (const { name, confidence, correct, numpy } of readCalibrationGolden().cases) {
    it(`equals the exact Poisson-binomial mean, and numpy's percentile, on ${name}`, () => {
      const floor = eceFloor(rowsOf(confidence, correct), { simulations: 4000, seed: 3 });
      assert.ok(floor !== null);
      // The simulated ECE's deviation is at most 0.4 of its mean here; 4 standard errors of the mean
      // of 4,000 are then 2.5% of it. A percentile is about three times as noisy.
      assertClose(floor.mean, numpy.floor.mean, 0.025 * numpy.floor.mean);
      assertClose(floor.p95, numpy.floor.p95, 0.05 * numpy.floor.p95);
    });
  }

  it('does not read the outcomes', () => {
    const f = Array.from({ length: 50 }, (_, i) => (i + 0.5) / 50);
    const right = rowsOf(f, new Array<1>(50).fill(1));
    const wrong = rowsOf(f, new Array<0>(50).fill(0));
    assert.deepEqual(eceFloor(right, { simulations: 50 }), eceFloor(wrong, { simulations: 50 }));
  });

  it('is 0 for certain answers, null without rows', () => {
    assert.equal(eceFloor(rowsOf([0, 1], [1, 0]), { simulations: 20 })?.p95, 0);
    assert.equal(eceFloor(rowsOf([], [])), null);
    assert.throws(() => eceFloor(rowsOf([0.5], [1]), { simulations: 0 }), {
      code: 'PRECONDITION',
    });
  });
});
