import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createCredit } from '../../../src/operators/credit.ts';

const never = new AbortController().signal;

test('no more permits than there are, handed on in order', async () => {
  const credit = createCredit(2);
  const order: string[] = [];
  for (const name of ['a', 'b', 'c', 'd'])
    void credit.take(never).then(() => {
      order.push(name);
    });
  await setImmediate();
  assert.deepEqual(order, ['a', 'b']);
  credit.give();
  await setImmediate();
  assert.deepEqual(order, ['a', 'b', 'c']);
  assert.equal(credit.inFlight, 2);
  credit.give();
  credit.give();
  await setImmediate();
  credit.give();
  assert.equal(credit.inFlight, 0);
});

test('a taker that gives up waiting takes no permit', async () => {
  const credit = createCredit(1);
  await credit.take(never);
  const controller = new AbortController();
  const waiting = credit.take(controller.signal);
  controller.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
  credit.give();
  assert.equal(credit.inFlight, 0);
  await assert.rejects(credit.take(AbortSignal.abort(new Error('late'))), /late/);
});

test('permits are a positive integer', () => {
  assert.throws(() => createCredit(0), { code: 'PRECONDITION' });
});
