import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { whileMoving } from '../../../../src/adapters/telemetry/while-moving.ts';

const turns = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

describe('whileMoving', () => {
  it('waits for work that gets on, however long it takes', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let moved = 0;
    let end = (_: string): void => undefined;
    const work = new Promise<string>((resolve) => (end = resolve));
    const waiting = whileMoving(work, () => moved, 5000);
    for (let i = 0; i < 100; i++) {
      await turns();
      t.mock.timers.tick(4000);
      moved += 1;
    }
    end('done');
    assert.equal(await waiting, 'done');
  });

  it('gives up work that has stopped', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let moved = 0;
    let over = false;
    const waiting = whileMoving(new Promise(() => undefined), () => moved, 5000);
    void waiting.then(() => (over = true));
    await turns();
    moved = 7;
    t.mock.timers.tick(5000);
    await turns();
    assert.equal(over, false);
    t.mock.timers.tick(4999);
    await turns();
    assert.equal(over, false);
    t.mock.timers.tick(1);
    assert.equal(await waiting, undefined);
  });

  it('passes on what the work throws', async () => {
    const work = Promise.reject(new Error('broken'));
    await assert.rejects(
      whileMoving(work, () => 0, 5000),
      /broken/,
    );
  });
});
