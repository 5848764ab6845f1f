import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignColumns } from '../../../src/report/align-columns.ts';

test('the first column stands left, the others right, without trailing blanks', () => {
  assert.deepEqual(
    alignColumns([
      ['name', 'n', 'x'],
      ['a', '10', ''],
    ]),
    ['name   n  x', 'a     10'],
  );
  assert.deepEqual(alignColumns([]), []);
});
