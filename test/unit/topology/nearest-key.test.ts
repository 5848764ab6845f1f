import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { editDistance, nearestKey } from '../../../src/topology/nearest-key.ts';

describe('editDistance', () => {
  const known: [string, string, number][] = [
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', '', 3],
    // Replace k by s, e by i; insert g: the textbook example.
    ['kitten', 'sitting', 3],
    // One swap of neighbours.
    ['nmae', 'name', 1],
    // Optimal string alignment edits no substring twice, so not 2.
    ['ca', 'abc', 3],
    ['MAXBATCH', 'maxBatch', 0],
  ];
  for (const [a, b, distance] of known) {
    it(`is ${distance} from "${a}" to "${b}"`, () => {
      assert.equal(editDistance(a, b), distance);
      assert.equal(editDistance(b, a), distance);
    });
  }
});

describe('nearestKey', () => {
  const keys = ['maxBatch', 'maxWaitMs', 'order', 'seed'];

  it('finds what was meant', () => {
    assert.equal(nearestKey('maxbatch', keys), 'maxBatch');
    assert.equal(nearestKey('max-batch', keys), 'maxBatch');
    assert.equal(nearestKey('sede', keys), 'seed');
  });

  it('finds nothing where nothing is near', () => {
    assert.equal(nearestKey('telemetry', keys), undefined);
    assert.equal(nearestKey('x'.repeat(100_000), keys), undefined);
    assert.equal(nearestKey('a', []), undefined);
  });
});
