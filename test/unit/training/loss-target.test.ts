import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LOSS_NAMES } from '../../../src/events/training-batch.ts';
import { BIN_VALUES, confidenceAt, lossAt, lossTarget } from '../../../src/training/loss-target.ts';
import { assertClose } from '../../support/assert-close.ts';
import { expectFailure } from '../../support/expect-failure.ts';

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const sample = fc.record({ target: fraction, confidence: fraction });
const meanOf = (weights: Float32Array): number =>
  weights.reduce((sum, weight, bin) => sum + weight * (bin + 0.5), 0) / 10;
const weighted = (weights: Float32Array): number[] =>
  [...weights.keys()].filter((bin) => weights[bin] !== 0);

describe('lossTarget', () => {
  it('weights bins that sum to 1, or squares', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LOSS_NAMES), sample, (name, one) => {
        const { binWeights, squaredWeight } = lossTarget(name, one, 0.2);
        const total = binWeights.reduce((sum, weight) => sum + weight, 0);
        assertClose(total + squaredWeight, 1, 1e-6);
        assert.ok(binWeights.every((weight) => weight >= 0));
      }),
    );
  });

  it('one-bin: the next bin towards the target, however far that is', () => {
    const bins = (confidence: number, target: number): number[] =>
      weighted(lossTarget('one-bin', { confidence, target }, 0.2).binWeights);
    assert.deepEqual(bins(0.52, 0.95), [6]);
    assert.deepEqual(bins(0.52, 0.05), [4]);
    assert.deepEqual(bins(0.52, 0.53), [6]);
    assert.deepEqual(bins(0.52, 0.52), [5]);
    assert.deepEqual(bins(0.94, 1), [9]);
    assert.deepEqual(bins(0.06, 0), [0]);
  });

  it('squared: compares with the target held to within maxStep', () => {
    const near = (confidence: number, target: number): number =>
      lossTarget('squared', { confidence, target }, 0.2).target;
    assertClose(near(0.5, 0.95), 0.7, 1e-12);
    assertClose(near(0.5, 0.1), 0.3, 1e-12);
    assertClose(near(0.5, 0.6), 0.6, 1e-12);
  });

  it('two-hot: two neighbours whose mean is the target', () => {
    fc.assert(
      fc.property(sample, ({ target, confidence }) => {
        const { binWeights } = lossTarget('two-hot', { target, confidence }, 0.2);
        // Beyond the outermost middles, 0.05 and 0.95, no weights have that mean.
        assertClose(meanOf(binWeights), Math.min(Math.max(target, 0.05), 0.95), 1e-6);
        const bins = weighted(binWeights);
        assert.ok(bins.length <= 2 && bins.every((bin, i) => i === 0 || bin === bins[0]! + 1));
      }),
    );
  });

  it('two-hot-clipped: no mean further than maxStep from the confidence, where a bin’s middle is', () => {
    fc.assert(
      fc.property(sample, ({ target, confidence }) => {
        const near = Math.min(Math.max(target, confidence - 0.1), confidence + 0.1);
        const { binWeights } = lossTarget('two-hot-clipped', { target, confidence }, 0.1);
        assertClose(meanOf(binWeights), Math.min(Math.max(near, 0.05), 0.95), 1e-6);
      }),
    );
  });

  it('target-bin: the target’s own bin', () => {
    const bins = (target: number): number[] =>
      weighted(lossTarget('target-bin', { target, confidence: 0.5 }, 0.1).binWeights);
    assert.deepEqual([bins(0), bins(0.3), bins(0.999), bins(1)], [[0], [3], [9], [9]]);
  });

  it('refuses what is no fraction', async () => {
    for (const one of [
      { target: 1.1, confidence: 0.5 },
      { target: 0.5, confidence: Number.NaN },
    ]) {
      const refused = Promise.resolve().then(() => lossTarget('two-hot', one, 0.2));
      await expectFailure(refused, 'TRAINING_FAILED');
    }
    const still = Promise.resolve().then(() =>
      lossTarget('two-hot', { target: 1, confidence: 1 }, 0),
    );
    await expectFailure(still, 'TRAINING_FAILED');
  });
});

describe('lossAt', () => {
  const uniform = new Float32Array(10).fill(-Math.log(10));

  it('is the cross-entropy: ln 10 under equal probabilities, whatever the bins', () => {
    for (const name of ['one-bin', 'two-hot', 'target-bin'] as const) {
      const loss = lossTarget(name, { target: 0.42, confidence: 0.7 }, 0.2);
      assertClose(lossAt(loss, uniform), Math.log(10), 1e-6);
    }
  });

  it('is the square of the distance', () => {
    // Equal probabilities mean a confidence of 0.5: (0.5 − 0.8)² = 0.09.
    const loss = lossTarget('squared', { target: 0.8, confidence: 0.7 }, 0.2);
    assertClose(lossAt(loss, uniform), 0.09, 1e-6);
  });

  it('takes no notice of a bin of no mass that is not asked for', () => {
    const certain = Float32Array.from({ length: 10 }, (_, bin) => (bin === 3 ? 0 : -Infinity));
    const loss = lossTarget('target-bin', { target: 0.35, confidence: 0.5 }, 0.2);
    assert.equal(lossAt(loss, certain), 0);
  });
});

describe('confidenceAt', () => {
  it('is the mean of the bins’ middles', () => {
    // 0.25 · 0.15 + 0.75 · 0.85 = 0.675.
    const logs = new Float32Array(10).fill(-Infinity);
    logs[1] = Math.log(0.25);
    logs[8] = Math.log(0.75);
    assertClose(confidenceAt(logs), 0.675, 1e-6);
    assertClose(BIN_VALUES[8], 0.85, 1e-7);
  });
});
