import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantText, isoInstant } from '../../../src/events/instant-text.ts';

test('an instant in UTC, for programs and for people', () => {
  assert.equal(isoInstant(0), '1970-01-01T00:00:00.000Z');
  assert.equal(instantText(86_399_999), '1970-01-01 23:59:59 UTC');
});

// ECMA-262, 21.4.1.1: 100,000,000 days either way of the epoch.
test('a number that is no instant has none, and ends nothing', () => {
  const farthest = 100_000_000 * 86_400_000;
  assert.equal(isoInstant(farthest), '+275760-09-13T00:00:00.000Z');
  assert.equal(instantText(-farthest), '-271821-04-20 00:00:00 UTC');
  for (const ms of [farthest + 1, -farthest - 1, NaN, Infinity]) {
    assert.equal(isoInstant(ms), null);
    assert.equal(instantText(ms), '–');
  }
});
