import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { newestWithin, stateBytes } from '../../../src/learning/newest-within.ts';

test('bytes are those of the JSON in UTF-8', () => {
  // Quotes and two bytes; quotes and \u0001.
  assert.deepEqual([stateBytes('é'), stateBytes('\u0001')], [4, 8]);
});

test('the newest that fit, in their order', () => {
  // Each of these takes four bytes.
  const items = ['aa', 'bb', 'cc', 'dd'];
  assert.deepEqual(newestWithin(items, { count: 3, bytes: 100 }), ['bb', 'cc', 'dd']);
  assert.deepEqual(newestWithin(items, { count: 9, bytes: 100 }), items);
  assert.deepEqual(newestWithin(items, { count: 9, bytes: 8 }), ['cc', 'dd']);
  assert.deepEqual(newestWithin(items, { count: 9, bytes: 7 }), ['dd']);
  assert.deepEqual(newestWithin(items, { count: 9, bytes: 3 }), []);
  assert.deepEqual(newestWithin([], { count: 9, bytes: 3 }), []);
});

test('is the longest end of the list that keeps both limits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string()),
      fc.record({ count: fc.nat({ max: 12 }), bytes: fc.nat({ max: 60 }) }),
      (items, limit) => {
        const kept = newestWithin(items, limit);
        const bytes = (some: readonly string[]): number =>
          some.reduce((sum, item) => sum + stateBytes(item), 0);
        assert.deepEqual(kept, items.slice(items.length - kept.length));
        assert.ok(kept.length <= limit.count && bytes(kept) <= limit.bytes);
        if (kept.length === items.length || kept.length === limit.count) return;
        assert.ok(bytes(items.slice(items.length - kept.length - 1)) > limit.bytes);
      },
    ),
    { seed: 71, numRuns: 300 },
  );
});
