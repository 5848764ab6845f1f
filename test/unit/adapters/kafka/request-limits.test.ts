import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RequestLimits } from '../../../../src/adapters/kafka/request-limits.ts';

describe('RequestLimits', () => {
  it('double for a request that took longer, up to 5 minutes, and say so each time', () => {
    const said: string[] = [];
    const limits = new RequestLimits((sentence) => said.push(sentence));
    const seen = Array.from({ length: 6 }, () => {
      const ms = limits.ms('a:1');
      limits.timedOut('a:1', ms);
      return ms;
    });
    assert.deepEqual(seen, [20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
    assert.equal(said.length, 4);
    assert.match(said[0] ?? '', /^a:1 .*within 20 s.*may take 40 s/);
    assert.match(said[3] ?? '', /within 160 s.*may take 300 s/);
  });

  it('double once for all requests that an old limit cut off, for their broker alone', () => {
    const limits = new RequestLimits();
    for (let i = 0; i < 5; i++) limits.timedOut('a:1', 20_000);
    assert.equal(limits.ms('a:1'), 40_000);
    assert.equal(limits.ms('b:1'), 20_000);
  });

  it('are the usual ones again after ten limits without a slow request', (t) => {
    let nowMs = 0;
    t.mock.method(performance, 'now', () => nowMs);
    const limits = new RequestLimits();
    limits.timedOut('a:1', 20_000);
    nowMs = 399_000;
    limits.answered('a:1', 19_000);
    assert.equal(limits.ms('a:1'), 40_000);
    limits.answered('a:1', 21_000);
    nowMs = 798_000;
    assert.equal(limits.ms('a:1'), 40_000);
    nowMs = 800_000;
    assert.equal(limits.ms('a:1'), 20_000);
  });
});
