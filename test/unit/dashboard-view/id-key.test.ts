import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idKey } from '../../../src/dashboard-view/id-key.ts';

test('a plain id is its own key', () => {
  assert.equal(idKey('geo-17'), 'geo-17');
  assert.equal(idKey(''), '');
});

test('a megabyte id has a short key of its own', () => {
  const long = 'x'.repeat(1_000_000);
  const key = idKey(long);
  assert.ok(key.length < 200);
  assert.equal(idKey(long), key);
  assert.notEqual(idKey(`${long.slice(0, -1)}y`), key);
  assert.notEqual(idKey(`${long}x`), key);
  // Two letters swapped, far behind the part that is kept.
  assert.notEqual(idKey(`${'x'.repeat(500)}ab`), idKey(`${'x'.repeat(500)}ba`));
});

test('no short id passes for a long one', () => {
  const key = idKey('x'.repeat(500));
  assert.notEqual(idKey(key), key);
});
