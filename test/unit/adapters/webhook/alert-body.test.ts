import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertBody, alertId } from '../../../../src/adapters/webhook/alert-body.ts';
import { alertOf } from '../../../support/alerts-fixture.ts';

test('the record, its id, its times in UTC, and a line for people', () => {
  const alert = alertOf();
  assert.deepEqual(JSON.parse(alertBody(alert)), {
    id: 'qa/dead-letters/firing/1767225600000',
    ...alert,
    since: '2026-01-01T00:00:00.000Z',
    at: '2026-01-01T00:00:00.000Z',
    text: `[warning] qa: dead-letters. ${alert.reason}`,
  });
  const textOf = (over: Parameters<typeof alertOf>[0]): string =>
    (JSON.parse(alertBody(alertOf(over))) as { text: string }).text;
  assert.match(textOf({ state: 'reminder', level: 'alert' }), /^\[still alert\]/);
  assert.match(textOf({ state: 'resolved' }), /^\[resolved\]/);
  assert.notEqual(alertId(alert), alertId(alertOf({ atMs: 1 })));
});

test('a time that no calendar has is null, and no error', () => {
  const { since } = JSON.parse(alertBody(alertOf({ sinceMs: 1e17 }))) as { since: unknown };
  assert.equal(since, null);
});
