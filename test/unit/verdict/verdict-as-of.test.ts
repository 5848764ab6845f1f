import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdictAsOf } from '../../../src/verdict/verdict-as-of.ts';
import { verdictOf } from '../../support/verdict-fixture.ts';

const dataAtMs = 1_000_000;
const verdict = verdictOf({ dataAtMs, level: 'do-not-trust' });

test('a verdict has the age of its data', () => {
  assert.deepEqual(verdictAsOf(verdict, dataAtMs + 5000, null), { ...verdict, ageMs: 5000 });
  assert.equal(verdictAsOf(verdict, dataAtMs - 5000, null).ageMs, 0, 'clocks of two machines');
});

test('data too old says nothing of now, from the moment it became so', () => {
  const limit = 3_600_000;
  assert.equal(verdictAsOf(verdict, dataAtMs + limit, limit).level, 'do-not-trust');
  const stale = verdictAsOf(verdict, dataAtMs + 3 * limit, limit);
  assert.deepEqual(
    [stale.level, stale.code, stale.basis, stale.sinceMs],
    ['not-enough-data', 'stale', 'none', dataAtMs + limit],
  );
  assert.equal(
    stale.reason,
    'The newest answer known here is 3 h old; the verdict then was "do not trust".',
  );
  assert.match(verdictAsOf(verdict, dataAtMs + 60_001, 60_000).reason, / 1 min old/);
  assert.match(verdictAsOf(verdict, dataAtMs + 72 * limit, limit).reason, / 3 days old/);
});

test('before any window there is not enough data', () => {
  const none = verdictAsOf(null, 5, 1);
  assert.deepEqual(
    [none.level, none.code, none.sinceMs, none.ageMs],
    [...['not-enough-data', 'no-window', null, null]],
  );
});
