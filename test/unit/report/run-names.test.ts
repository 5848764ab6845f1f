import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runNames } from '../../../src/report/run-names.ts';

test('runs go by their titles, or by their folders where titles are alike', () => {
  const run = (title: string, folder: string) => ({ title, folder });
  assert.deepEqual(runNames([run('a', 'x'), run('b', 'y')]), ['a', 'b']);
  assert.deepEqual(runNames([run('a', 'x'), run('a', 'y'), run('b', 'z')]), ['x', 'y', 'b']);
});
