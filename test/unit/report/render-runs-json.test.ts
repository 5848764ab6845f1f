import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderRunsJson } from '../../../src/report/render-runs-json.ts';
import { syntheticRunReport } from '../../support/synthetic-run.ts';

test('runs as JSON carry their summaries, their notes, and what differs, but no answers', () => {
  const runs = [syntheticRunReport('a', 1), syntheticRunReport('b', 2, { notes: ['one'] })];
  const printed = JSON.parse(renderRunsJson(runs)) as {
    runs: Record<string, unknown>[];
    differences: unknown;
  };
  assert.deepEqual(
    printed.runs.map(({ folder, summary, notes }) => ({ folder, summary, notes })),
    runs.map(({ folder, summary, notes = [] }) => ({ folder, summary, notes })),
  );
  assert.ok(printed.runs.every((run) => !('rows' in run)));
  assert.deepEqual(printed.differences, [{ name: 'Seed', values: ['1', '2'] }]);
});
