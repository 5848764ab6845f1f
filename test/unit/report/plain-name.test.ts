import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainName } from '../../../src/report/plain-name.ts';

test('what a terminal would obey is replaced', () => {
  assert.equal(plainName('a\u001b[31mb\u202ec'), 'a\u{fffd}[31mb\u{fffd}c');
});

test('a name is cut by columns, of which some letters take two', () => {
  assert.equal(plainName('abcdef', 3), 'abc…');
  assert.equal(plainName('日本語', 4), '日本…');
  assert.equal(plainName('a'.repeat(45)), `${'a'.repeat(44)}…`);
});
