import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdictLine, verdictSection } from '../../../src/report/verdict-section.ts';
import { verdictOf } from '../../support/verdict-fixture.ts';

test('level, reason, since, n, labels and age of the data are said', () => {
  const text = verdictSection(
    verdictOf({ level: 'do-not-trust', n: 1200, labelled: 30 }),
  ).toString();
  assert.match(text, /class="verdict do-not-trust"/);
  assert.match(text, /do not trust/);
  assert.match(text, /Since 2026-01-01 00:00:00 UTC; measured; n\s+1,200, 30 labelled/);
  assert.match(text, /newest answer of\s+2026-01-01 00:01:00 UTC/);
  assert.doesNotMatch(text, /cannot see/);
});

test('what label-free numbers cannot see is said where the verdict rests on them', () => {
  assert.match(verdictSection(verdictOf({ basis: 'estimated' })).toString(), /cannot see/);
});

test('without a window there is not enough data; a reason from outside is escaped', () => {
  assert.match(verdictSection(null).toString(), /not enough data/);
  assert.match(verdictLine(null), /^Verdict: not enough data\./);
  assert.match(verdictSection(verdictOf({ reason: '<b>' })).toString(), /&lt;b&gt;/);
  assert.equal(verdictLine(verdictOf({ reason: 'R.' })), 'Verdict: caution. R.');
});

test('an instant that no calendar has is a dash', () => {
  assert.match(verdictSection(verdictOf({ sinceMs: 1e17 })).toString(), /Since –/);
});
