import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listSettings } from '../../../src/topology/list-settings.ts';

test('settings are listed by path; lists and null are values', () => {
  assert.deepEqual(listSettings({ a: { b: 1, c: { d: ['x'] } }, e: null }), [
    { path: 'a.b', value: 1 },
    { path: 'a.c.d', value: ['x'] },
    { path: 'e', value: null },
  ]);
});
