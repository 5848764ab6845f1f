import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seededRandom } from '../../../src/random/seeded-random.ts';

const take = (seed: number, n = 5): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: n }, () => random.next());
};

describe('seededRandom', () => {
  it('repeats with the same seed and differs with another', () => {
    assert.deepEqual(take(7), take(7));
    assert.notDeepEqual(take(7), take(8));
  });

  it('is uniform: mean 1/2 and variance 1/12 over 20,000 draws', () => {
    const draws = take(1, 20_000);
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    // Five standard errors: sqrt(1/12/n) = 0.0020 for the mean, about 0.0005 for the variance.
    assert.ok(Math.abs(mean - 0.5) < 0.0102, `mean ${mean}`);
    assert.ok(Math.abs(variance - 1 / 12) < 0.0027, `variance ${variance}`);
  });

  it('draws every integer below the bound, evenly', () => {
    const random = seededRandom(3);
    const counts = [0, 0, 0];
    for (let i = 0; i < 3000; i++) counts[random.integer(3)]! += 1;
    // Five standard deviations: sqrt(3000 · 1/3 · 2/3) = 25.8.
    for (const count of counts) assert.ok(Math.abs(count - 1000) < 129, String(count));
  });

  it('shuffles into a permutation and leaves its argument alone', () => {
    const items = Object.freeze([1, 2, 3, 4, 5, 6, 7, 8]);
    const shuffled = seededRandom(5).shuffle(items);
    assert.deepEqual([...shuffled].sort(), items);
    assert.notDeepEqual(shuffled, items);
  });

  it('forks by label, whatever was drawn before', () => {
    const fresh = seededRandom(9);
    const used = seededRandom(9);
    used.next();
    assert.equal(fresh.fork('a').next(), used.fork('a').next());
    assert.notEqual(fresh.fork('a').next(), fresh.fork('b').next());
  });
});
