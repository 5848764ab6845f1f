import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DASHBOARD_LIMITS } from '../../../src/dashboard-view/dashboard-limits.ts';
import { EMPTY_DASHBOARD, type SeenAnswer } from '../../../src/dashboard-view/dashboard-state.ts';
import { driftOf } from '../../../src/dashboard-view/drift-of.ts';
import { stepDashboard } from '../../../src/dashboard-view/step-dashboard.ts';
import { answerOf, byVerdict, input, reading } from '../../support/dashboard-fixture.ts';

const rows = (
  count: number,
  over: (i: number) => Parameters<typeof answerOf>[1],
): readonly SeenAnswer[] =>
  stepDashboard(
    EMPTY_DASHBOARD,
    Array.from({ length: count }, (_, i) => input('answer', answerOf(i, over(i)))),
    byVerdict,
  ).rows;

test('thinned to few points, a peak of one answer is still there', () => {
  const view = driftOf(
    rows(1500, (i) => ({ gate: reading({ statistics: { hidden: i === 777 ? 16 : 1 } }) })),
  );
  const points = view.lines[0]?.points ?? [];
  assert.ok(points.length <= DASHBOARD_LIMITS.points);
  assert.deepEqual(
    points.filter(([, ratio]) => ratio > 1),
    [[777, 2]],
  );
});

test('each partition has its own line and its own incidents', () => {
  const view = driftOf(
    rows(20, (i) => ({ sourcePartition: i % 2, gate: reading({ incident: i < 10 ? 0 : 1 }) })),
  );
  assert.deepEqual(
    view.lines.map(({ partition, points }) => [partition, points.length]),
    [
      [0, 10],
      [1, 10],
    ],
  );
  assert.deepEqual(view.incidents, [
    { index: 10, incident: 1 },
    { index: 11, incident: 1 },
  ]);
});

test('lines beyond those that are drawn are counted', () => {
  const several = (partitions: number) =>
    driftOf(rows(40, (i) => ({ sourcePartition: i % partitions, gate: reading({}) })));
  const { driftLines } = DASHBOARD_LIMITS;
  assert.equal(several(driftLines).linesLeftOut, 0);
  const { lines, linesLeftOut } = several(driftLines + 3);
  assert.deepEqual([lines.length, linesLeftOut], [driftLines, 3]);
});

test('a change that was noticed before the oldest answer kept is not told again', () => {
  const all = rows(20, () => ({ gate: reading({ incident: 4 }) }));
  assert.deepEqual(driftOf(all.slice(5)).incidents, []);
  // At the very first answer of a stream it is a change.
  assert.deepEqual(driftOf(all).incidents, [{ index: 0, incident: 4 }]);
});

test('without a gate there is nothing to draw', () => {
  assert.deepEqual(driftOf(rows(3, () => ({ gate: null }))).lines, []);
});
