import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sortedOrder, sortRows, tieGroups } from '../../../src/calibration/sort-rows.ts';
import { rowsOf } from '../../support/calibration-golden.ts';

describe('sortRows', () => {
  it('sorts by confidence, ties by outcome, and leaves its input alone', () => {
    const data = rowsOf([0.5, 0.2, 0.5, 0.1], [1, 1, 0, 0]);
    const sorted = sortRows(data);
    assert.deepEqual([...sorted.confidence], [0.1, 0.2, 0.5, 0.5]);
    assert.deepEqual([...sorted.correct], [0, 1, 0, 1]);
    assert.deepEqual([...data.confidence], [0.5, 0.2, 0.5, 0.1]);
    assert.deepEqual([...sortedOrder(data)], [3, 1, 2, 0]);
    assert.deepEqual([...sortedOrder(sorted)], [0, 1, 2, 3]);
  });

  it('notices a tie whose outcomes are out of order', () => {
    assert.deepEqual([...sortedOrder(rowsOf([0.5, 0.5], [1, 0]))], [1, 0]);
  });
});

describe('tieGroups', () => {
  it('groups equal confidences and counts the right ones', () => {
    assert.deepEqual(tieGroups(rowsOf([0.1, 0.5, 0.5, 0.9], [0, 0, 1, 1])), [
      { from: 0, to: 1, correct: 0 },
      { from: 1, to: 3, correct: 1 },
      { from: 3, to: 4, correct: 1 },
    ]);
    assert.deepEqual(tieGroups(rowsOf([], [])), []);
  });
});
