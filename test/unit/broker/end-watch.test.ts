import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EndWatch } from '../../../src/broker/end-watch.ts';

const never = new AbortController().signal;
/** Longer than any test may take. */
const LONG_MS = 600_000;

describe('EndWatch', () => {
  it('wakes all who wait for a name, and nobody else', async () => {
    const watch = new EndWatch();
    const woken: string[] = [];
    const wait = async (name: string, label: string): Promise<void> => {
      await watch.wait(name, LONG_MS, never);
      woken.push(label);
    };
    const waits = [wait('a', 'a1'), wait('a', 'a2'), wait('b', 'b')];
    watch.notify('a');
    await Promise.all(waits.slice(0, 2));
    assert.deepEqual(woken, ['a1', 'a2']);
    assert.equal(watch.waiting, 1);
    watch.notify('b');
    await waits[2];
    assert.equal(watch.waiting, 0);
  });

  it('gives up after the time it was given', async () => {
    const watch = new EndWatch();
    await watch.wait('a', 1, never);
    assert.equal(watch.waiting, 0);
  });

  it('gives up when told to, before or while waiting', async () => {
    const watch = new EndWatch();
    const controller = new AbortController();
    const waiting = watch.wait('a', LONG_MS, controller.signal);
    controller.abort();
    await waiting;
    await watch.wait('a', LONG_MS, controller.signal);
    assert.equal(watch.waiting, 0);
  });

  it('takes any time for a long one that timers cannot hold', async () => {
    // A delay above 2^31 - 1 would fire at once.
    const watch = new EndWatch();
    let woken = false;
    const waiting = watch.wait('a', Infinity, never).then(() => {
      woken = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(woken, false);
    watch.notify('a');
    await waiting;
  });
});
