import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clipGradients } from '../../../src/training/clip-gradients.ts';
import { assertClose } from '../../support/assert-close.ts';

describe('clipGradients', () => {
  it('scales a longer gradient down to the norm, all parts alike', () => {
    // √(3² + 4² + 12²) = 13.
    const gradients = [Float64Array.of(3, 4), Float64Array.of(12)];
    assert.equal(clipGradients(gradients, 6.5), 13);
    assert.deepEqual(gradients, [Float64Array.of(1.5, 2), Float64Array.of(6)]);
  });

  it('leaves a shorter one alone', () => {
    const gradients = [Float64Array.of(3, 4)];
    assert.equal(clipGradients(gradients, 5), 5);
    assert.equal(clipGradients(gradients, Infinity), 5);
    assert.deepEqual(gradients, [Float64Array.of(3, 4)]);
  });

  it('says that a number is not finite', () => {
    assert.ok(Number.isNaN(clipGradients([Float64Array.of(Number.NaN)], 1)));
    assert.equal(clipGradients([Float64Array.of(Infinity)], 1), Infinity);
    assertClose(clipGradients([], 1), 0, 0);
  });
});
