import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { largestLogit, topCandidates } from '../../../src/decoding/top-candidates.ts';

// Few different values, so that ties are common.
const logits = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 40 });

describe('topCandidates', () => {
  it('equals a sort of everything, ties by lower id', () => {
    fc.assert(
      fc.property(logits, fc.nat(45), (values, count) => {
        const expected = values
          .map((value, id) => ({ id, logProbability: value - 0.5 }))
          .sort((a, b) => b.logProbability - a.logProbability || a.id - b.id)
          .slice(0, count);
        assert.deepEqual(topCandidates(Float32Array.from(values), 0.5, count), expected);
      }),
    );
  });
});

describe('largestLogit', () => {
  it('is the first candidate', () => {
    fc.assert(
      fc.property(logits, (values) => {
        const row = Float32Array.from(values);
        assert.equal(largestLogit(row), topCandidates(row, 0, 1)[0]?.id);
      }),
    );
  });

  it('is -1 where nothing is a number', () => {
    assert.equal(largestLogit(Float32Array.of(NaN, NaN)), -1);
  });
});
