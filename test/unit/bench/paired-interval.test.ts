import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pairedInterval } from '../../../bench/paired-interval.ts';

describe('pairedInterval', () => {
  it('is Student’s interval of the relative differences', () => {
    // Differences 0.01, 0.02, 0.03: mean 0.02, deviation 0.01; half width 4.3027 · 0.01 / √3 = 0.0248414.
    const { mean, low, high } = pairedInterval([
      [100, 101],
      [50, 51],
      [200, 206],
    ]);
    assert.ok(Math.abs(mean - 0.02) < 1e-12);
    assert.ok(Math.abs(low - (0.02 - 0.0248414)) < 1e-6);
    assert.ok(Math.abs(high - (0.02 + 0.0248414)) < 1e-6);
  });

  it('has no width where all pairs agree', () => {
    const { mean, low, high } = pairedInterval([
      [1, 2],
      [2, 4],
    ]);
    assert.deepEqual([mean, low, high], [1, 1, 1]);
  });
});
