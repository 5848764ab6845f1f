import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newTrial, observeTrial, trialMeans } from '../../../src/learning/adapter-trial.ts';

describe('a trial', () => {
  it('of no questions is none', () => {
    assert.equal(newTrial(0), null);
    assert.equal(newTrial(2)?.left, 2);
  });

  it('compares mean confidence over all questions, and the distance from targets over those that have one', () => {
    const trial = newTrial(2);
    assert.ok(trial);
    // Sums of eighths are exact: (0.25 + 0.75) / 2, (0.5 + 1) / 2; |0.25 − 0.5| and |0.5 − 0.5|.
    const one = observeTrial(trial, { before: 0.25, after: 0.5 }, 0.5);
    const two = observeTrial(one, { before: 0.75, after: 1 }, null);
    assert.deepEqual(
      [one.left, two.left, observeTrial(two, { before: 0, after: 0 }, 0).left],
      [1, 0, 0],
    );
    assert.deepEqual(trialMeans(two), {
      meanConfidence: { before: 0.5, after: 0.75 },
      heldOutError: { before: 0.25, after: 0 },
    });
  });

  it('has no means where nothing was asked', () => {
    const trial = newTrial(2);
    assert.ok(trial);
    assert.deepEqual(trialMeans(trial), { meanConfidence: null, heldOutError: null });
    const untargeted = observeTrial(trial, { before: 0.25, after: 0.5 }, null);
    assert.equal(trialMeans(untargeted).heldOutError, null);
  });
});
