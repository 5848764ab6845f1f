import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  backoffMs,
  DEFAULT_RETRY_POLICY,
  parseRetryAfterMs,
} from '../../../../src/adapters/hub/retry-policy.ts';
import { seededRandom } from '../../../../src/random/seeded-random.ts';

describe('backoffMs', () => {
  it('stays in the upper half of a doubling, capped ceiling, and is reproducible', () => {
    const ceilings = [500, 1000, 2000, 4000, 8000, 8000];
    const draw = (): number[] => {
      const random = seededRandom(3);
      return ceilings.map((_, i) => backoffMs(i + 1, DEFAULT_RETRY_POLICY, random));
    };
    const waits = draw();
    waits.forEach((ms, i) => {
      const ceiling = ceilings[i] ?? 0;
      assert.ok(ms >= ceiling / 2 && ms <= ceiling, `${ms} under ${ceiling}`);
    });
    assert.deepEqual(draw(), waits);
    // Jitter: not all at the same place of their range.
    const places = waits.map((ms, i) => ms / (ceilings[i] ?? 1));
    assert.ok(Math.max(...places) - Math.min(...places) > 0.05);
  });
});

describe('parseRetryAfterMs', () => {
  const now = Date.UTC(2026, 0, 1);
  it('reads seconds and HTTP dates', () => {
    assert.equal(parseRetryAfterMs('12', now), 12_000);
    assert.equal(parseRetryAfterMs(' 0 ', now), 0);
    assert.equal(parseRetryAfterMs('Thu, 01 Jan 2026 00:01:00 GMT', now), 60_000);
    assert.equal(parseRetryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', now), 0);
  });
  it('takes nothing for what makes no sense', () => {
    for (const header of [undefined, '', '-5', '1.5', 'soon', '2026-01-01', '9'.repeat(12)]) {
      assert.equal(parseRetryAfterMs(header, now), undefined, String(header));
    }
  });
});
