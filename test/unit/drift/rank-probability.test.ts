import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rankProbability } from '../../../src/drift/rank-probability.ts';

describe('rankProbability', () => {
  it('counts the higher ones, and ties by half', () => {
    // (higher + (equal + itself)/2) / 5, by hand.
    assert.equal(rankProbability([1, 2, 3, 4], 5), 0.1);
    assert.equal(rankProbability([1, 2, 3, 4], 0), 0.9);
    assert.equal(rankProbability([1, 2, 2, 4], 2), 0.5);
  });

  it('is a half where there is nothing to compare with', () => {
    assert.equal(rankProbability([], 3), 0.5);
  });
});
