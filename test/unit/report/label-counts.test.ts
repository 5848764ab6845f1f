import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelCounts } from '../../../src/report/label-counts.ts';

const rows = (...labels: readonly (boolean | null)[]) => labels.map((correct) => ({ correct }));

test('accuracy is over the labelled answers alone, and over none it is none', () => {
  assert.deepEqual(labelCounts(rows(true, null, false, false, null)), {
    n: 3,
    unlabelled: 2,
    accuracy: 1 / 3,
  });
  assert.deepEqual(labelCounts(rows(null)), { n: 0, unlabelled: 1, accuracy: null });
  assert.deepEqual(labelCounts([]), { n: 0, unlabelled: 0, accuracy: null });
});
