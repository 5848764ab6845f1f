import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endsWithin, keepTrying, pause } from '../../../../src/adapters/kafka/keep-trying.ts';
import { SeclError } from '../../../../src/errors/secl-error.ts';

const passing = (): Error => Object.assign(new Error('x'), { type: 'NOT_ENOUGH_REPLICAS' });

describe('keep trying', () => {
  it('goes on while errors pass, and gives what comes at last', async () => {
    let attempts = 0;
    const work = (): Promise<string> =>
      ++attempts < 4 ? Promise.reject(passing()) : Promise.resolve('done');
    assert.equal(await keepTrying(work, { patienceMs: 10_000 }), 'done');
    assert.equal(attempts, 4);
  });

  it('gives up at once where trying again cannot help', async () => {
    let attempts = 0;
    const refused = Object.assign(new Error('no'), { type: 'TOPIC_AUTHORIZATION_FAILED' });
    const work = (): Promise<never> => {
      attempts += 1;
      return Promise.reject(refused);
    };
    await assert.rejects(keepTrying(work, { patienceMs: 10_000 }), refused);
    assert.equal(attempts, 1);
  });

  it('gives up when its patience or the signal ends', async () => {
    const error = passing();
    await assert.rejects(
      keepTrying(() => Promise.reject(error), { patienceMs: 0 }),
      error,
    );
    const controller = new AbortController();
    const trying = keepTrying(() => Promise.reject(error), {
      patienceMs: Infinity,
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(), 30);
    await assert.rejects(trying, (e) => e instanceof SeclError && e.code === 'CANCELLED');
  });

  it('asks less and less often for markers that take long to be written', async () => {
    let attempts = 0;
    const pending = Object.assign(new Error('x'), { type: 'CONCURRENT_TRANSACTIONS' });
    const work = (): Promise<never> => {
      attempts += 1;
      return Promise.reject(pending);
    };
    await assert.rejects(keepTrying(work, { patienceMs: 1000 }), pending);
    // Four or five of 4 ms, and then each a quarter of what went before: 16 * 1.25 ** 19 is above 1,000; spread by a quarter.
    assert.ok(attempts < 40, `${attempts} attempts in a second`);
  });

  it('waits no longer than it is told to', async () => {
    assert.equal(await endsWithin(Promise.resolve(), 10_000), true);
    assert.equal(await endsWithin(new Promise(() => undefined), 5), false);
    await assert.rejects(endsWithin(Promise.reject(new Error('e')), 10_000), /e/);
    const ended = AbortSignal.abort();
    await pause(60_000, ended);
  });
});
