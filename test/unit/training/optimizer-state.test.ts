import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { freshOptimizerState } from '../../../src/training/optimizer-state.ts';

describe('freshOptimizerState', () => {
  it('has zeros of the parameters’ sizes', () => {
    const { step, mean, square } = freshOptimizerState([Float32Array.of(1, 2), Float32Array.of(3)]);
    assert.equal(step, 0);
    for (const moments of [mean, square]) {
      assert.deepEqual(moments, [new Float32Array(2), new Float32Array(1)]);
    }
    assert.notEqual(mean[0], square[0]);
  });
});
