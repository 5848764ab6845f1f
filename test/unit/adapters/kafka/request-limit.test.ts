import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RequestLimit } from '../../../../src/adapters/kafka/request-limit.ts';

describe('RequestLimit', () => {
  it('doubles for a request that took longer, up to 5 minutes, and says so each time', () => {
    const said: string[] = [];
    const limit = new RequestLimit((sentence) => said.push(sentence));
    const limits = Array.from({ length: 6 }, () => {
      const { ms } = limit;
      limit.timedOut(ms);
      return ms;
    });
    assert.deepEqual(limits, [20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
    assert.equal(said.length, 4);
    assert.match(said[0] ?? '', /within 20 s.*may take 40 s/);
    assert.match(said[3] ?? '', /within 160 s.*may take 300 s/);
  });

  it('doubles once for all requests that an old limit cut off', () => {
    const limit = new RequestLimit();
    for (let i = 0; i < 5; i++) limit.timedOut(20_000);
    assert.equal(limit.ms, 40_000);
  });

  it('is the usual one again after ten limits without a slow request', (t) => {
    let nowMs = 0;
    t.mock.method(performance, 'now', () => nowMs);
    const limit = new RequestLimit();
    limit.timedOut(20_000);
    nowMs = 399_000;
    limit.answered(19_000);
    assert.equal(limit.ms, 40_000);
    limit.answered(21_000);
    nowMs = 798_000;
    assert.equal(limit.ms, 40_000);
    nowMs = 800_000;
    assert.equal(limit.ms, 20_000);
  });
});
