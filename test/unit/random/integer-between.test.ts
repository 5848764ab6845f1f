import assert from 'node:assert/strict';
import { test } from 'node:test';
import { integerBetween } from '../../../src/random/integer-between.ts';
import { seededRandom } from '../../../src/random/seeded-random.ts';

test('both ends are drawn, nothing beyond them, each about as often', () => {
  const random = seededRandom(1);
  const counts = new Map<number, number>();
  for (let i = 0; i < 4000; i++) {
    const drawn = integerBetween(random, -1, 2);
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  assert.deepEqual(
    [...counts.keys()].sort((a, b) => a - b),
    [-1, 0, 1, 2],
  );
  // 1,000 each, with a deviation of sqrt(4000 / 4 · 3 / 4) = 27: within five.
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 5 * 27, String(count));
  assert.equal(integerBetween(random, 7, 7), 7);
});
