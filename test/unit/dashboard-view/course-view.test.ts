import assert from 'node:assert/strict';
import { test } from 'node:test';
import { courseView } from '../../../src/dashboard-view/course-view.ts';
import { EMPTY_DASHBOARD } from '../../../src/dashboard-view/dashboard-state.ts';
import { stepDashboard } from '../../../src/dashboard-view/step-dashboard.ts';
import { assertClose } from '../../support/assert-close.ts';
import { byVerdict, input, stated } from '../../support/dashboard-fixture.ts';

test('the estimate is the mean confidence of each window, missing ones left out', () => {
  const values = Array.from({ length: 50 }, (_, i) => (i % 7 === 0 ? null : (i % 11) / 11));
  const { rows } = stepDashboard(
    EMPTY_DASHBOARD,
    values.map((value, i) => input('answer', stated(i, value))),
    byVerdict,
  );
  const { window, points, from, to } = courseView(rows, { bins: 10, seed: 1 });
  assert.deepEqual([from, to], [0, 49]);
  for (const { index, estimated } of points) {
    const inside = values
      .slice(Math.max(0, index + 1 - window), index + 1)
      .filter((value) => value !== null);
    if (inside.length === 0) assert.equal(estimated, null);
    else
      assertClose(estimated, inside.reduce((sum, value) => sum + value, 0) / inside.length, 1e-12);
  }
});

test('nothing read, nothing drawn', () => {
  assert.deepEqual(courseView([], { bins: 10, seed: 1 }).points, []);
});
