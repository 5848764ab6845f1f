import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { isConnectionFault } from '../../../../src/adapters/kafka/kafka-faults.ts';
import { settledOrGone } from '../../../../src/adapters/kafka/settled-or-gone.ts';

const never = (): Promise<never> => new Promise(() => undefined);

describe('a request whose connections are given up', () => {
  it('fails as one whose connection broke, before, during, or when it takes too long', async () => {
    const gone = new AbortController();
    const during = settledOrGone(never(), gone.signal, 60_000);
    gone.abort();
    await assert.rejects(during, isConnectionFault);
    await assert.rejects(settledOrGone(never(), gone.signal, 60_000), isConnectionFault);
    const { signal } = new AbortController();
    await assert.rejects(settledOrGone(never(), signal, 5), isConnectionFault);
  });

  it('is settled as it is otherwise, and leaves no listener behind', async () => {
    const { signal } = new AbortController();
    const failed = new Error('refused');
    assert.equal(await settledOrGone(Promise.resolve(7), signal, 60_000), 7);
    await assert.rejects(settledOrGone(Promise.reject(failed), signal, 60_000), failed);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });
});
