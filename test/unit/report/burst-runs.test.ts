import assert from 'node:assert/strict';
import { test } from 'node:test';
import { burstRuns } from '../../../src/report/burst-runs.ts';
import type { ReplayRow } from '../../../src/report/replay-summary.ts';

test('bursts are cut by ordinal, with the domains that stand in them', () => {
  const rows = (
    [
      [0, 'a', 1, 1],
      [1, 'b', 1, 1],
      // Question 2 is a dead letter.
      [3, 'a', 1, 1],
      [4, 'a', 0, 1],
      [5, null, 2, 2],
      // A burst may end another.
      [6, 'c', 3, 3],
    ] as const
  ).map(([index, domain, burst, incident]): ReplayRow => {
    return { index, domain, correct: null, confidences: {}, burst, incident };
  });
  assert.deepEqual(burstRuns(rows), [
    { burst: 1, from: 0, to: 3, answers: 3, incident: 1, domains: ['a', 'b'] },
    { burst: 2, from: 5, to: 5, answers: 1, incident: 2, domains: [null] },
    { burst: 3, from: 6, to: 6, answers: 1, incident: 3, domains: ['c'] },
  ]);
});

test('rows without a gate have no bursts', () => {
  assert.deepEqual(burstRuns([{ index: 0, domain: null, correct: null, confidences: {} }]), []);
});

test('bursts of partitions are kept apart, one after the other or mixed', () => {
  const row = (index: number, partition: number, burst: number): ReplayRow => {
    return { index, domain: null, correct: null, confidences: {}, partition, burst, incident: 1 };
  };
  const spans = (rows: readonly ReplayRow[]): unknown =>
    burstRuns(rows).map(({ burst, from, to, answers }) => [burst, from, to, answers]);
  // Nothing but the first burst of each.
  assert.deepEqual(spans([row(0, 0, 1), row(1, 0, 0), row(2, 1, 1), row(3, 1, 1)]), [
    [1, 0, 0, 1],
    [1, 2, 3, 2],
  ]);
  assert.deepEqual(spans([row(0, 0, 1), row(1, 1, 2), row(2, 0, 1), row(3, 1, 2)]), [
    [1, 0, 2, 2],
    [2, 1, 3, 2],
  ]);
});
