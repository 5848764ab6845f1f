import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adapterChanges } from '../../../src/report/adapter-changes.ts';
import type { ReplayRow } from '../../../src/report/replay-summary.ts';

/** Rows that were answered under these versions; `undefined`: it is not said. */
function rowsUnder(versions: readonly (number | undefined)[]): ReplayRow[] {
  return versions.map((version, i) => ({
    ...{ index: 2 * i, domain: null, correct: null, confidences: {} },
    ...(version === undefined ? {} : { adapterVersion: version }),
  }));
}

test('a change stands where a version first answers, or none does any more', () => {
  assert.deepEqual(adapterChanges(rowsUnder([0, 0, 1, 1, 3, 0, 3])), [
    { index: 4, version: 1 },
    { index: 8, version: 3 },
    { index: 10, version: 0 },
    { index: 12, version: 3 },
  ]);
  // A part of a run may begin with one.
  assert.deepEqual(adapterChanges(rowsUnder([2, 2])), [{ index: 0, version: 2 }]);
  assert.deepEqual(adapterChanges(rowsUnder([undefined, undefined])), []);
});
