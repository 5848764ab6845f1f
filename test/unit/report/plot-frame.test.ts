import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bandPath, linearScale, linePath, niceTicks } from '../../../src/report/plot-frame.ts';

describe('linearScale', () => {
  it('maps ends to ends, and a point without width to the middle', () => {
    const y = linearScale([0, 2], [100, 0]);
    assert.deepEqual([y(0), y(0.5), y(2)], [100, 75, 0]);
    assert.equal(linearScale([3, 3], [0, 10])(3), 5);
  });
});

describe('niceTicks', () => {
  it('gives round numbers', () => {
    assert.deepEqual(niceTicks([0, 0.6], 6), [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    assert.deepEqual(niceTicks([0, 159], 9), [0, 20, 40, 60, 80, 100, 120, 140]);
    assert.deepEqual(niceTicks([4, 4], 5), [4]);
  });

  it('stays inside the domain with neither none nor a crowd', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 12 }),
        (high, count) => {
          const ticks = niceTicks([0, high], count);
          assert.ok(ticks.length >= 1 && ticks.length <= count + 1);
          assert.ok(ticks.every((tick) => tick >= 0 && tick <= high * (1 + 1e-6)));
        },
      ),
    );
  });
});

describe('paths', () => {
  it('are interrupted where there is no value', () => {
    assert.equal(linePath([[0, 1], [1, 2], null, [3, 4.005], [5, 6]]), 'M0 1L1 2M3 4.01L5 6');
    assert.equal(linePath([null]), '');
    assert.equal(bandPath([[0, 1, 9], [1, 2, 8], null, [4, 3, 7]]), 'M0 9L1 8L1 2L0 1ZM4 7L4 3Z');
  });
});
