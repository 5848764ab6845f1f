import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { watchService } from '../../../../src/app/worker/watch-service.ts';

test('probes at once and every two seconds, and fires once everything is worked off', (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.after(() => {
    mock.timers.reset();
  });
  const probe = mock.fn(() => Promise.resolve());
  const ended = new AbortController();
  let done = false;
  const stop = watchService({ probe }, () => done, ended);
  assert.equal(probe.mock.callCount(), 1);
  mock.timers.tick(4000);
  assert.equal(probe.mock.callCount(), 3);
  assert.equal(ended.signal.aborted, false);
  done = true;
  mock.timers.tick(250);
  assert.equal(ended.signal.aborted, true);
  stop();
  mock.timers.tick(10_000);
  assert.equal(probe.mock.callCount(), 3);
});

test('never fires where nobody waits for the end', (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.after(() => {
    mock.timers.reset();
  });
  const ended = new AbortController();
  const stop = watchService({ probe: () => Promise.resolve() }, null, ended);
  mock.timers.tick(10_000);
  assert.equal(ended.signal.aborted, false);
  stop();
});
