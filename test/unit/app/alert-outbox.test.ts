import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAlertOutbox } from '../../../src/app/alert-outbox.ts';
import type { AlertSink, Delivery } from '../../../src/ports/alert-sink.ts';
import { alertOf } from '../../support/alerts-fixture.ts';

/** A sink that takes alerts when told to. */
function heldSink(): AlertSink & {
  readonly taken: number[];
  release(delivery: Delivery): Promise<void>;
} {
  const taken: number[] = [];
  const waiting: ((delivery: Delivery) => void)[] = [];
  return {
    taken,
    deliver: (alert, signal) =>
      new Promise((resolve) => {
        taken.push(alert.atMs);
        waiting.push(resolve);
        signal.addEventListener('abort', () => {
          resolve({ ok: false, reason: 'it was given up' });
        });
      }),
    release: async (delivery) => {
      waiting.shift()?.(delivery);
      await new Promise(setImmediate);
    },
  };
}

test('alerts go out one after the other; adding one never waits, a failure ends nothing', async () => {
  const sink = heldSink();
  const troubles: string[] = [];
  const outbox = createAlertOutbox(sink, (message) => troubles.push(message));
  outbox.add([alertOf({ atMs: 1 }), alertOf({ atMs: 2 })]);
  outbox.add([alertOf({ atMs: 3 })]);
  assert.deepEqual(sink.taken, [1]);
  await sink.release({ ok: false, reason: 'it answered 404' });
  await sink.release({ ok: true });
  await sink.release({ ok: true });
  assert.deepEqual(sink.taken, [1, 2, 3]);
  assert.deepEqual(troubles, [
    'the alert dead-letters (firing) was not delivered to the webhook: it answered 404',
  ]);
  outbox.add([alertOf({ atMs: 4 })]);
  assert.deepEqual(sink.taken.at(-1), 4, 'it begins again after a pause');
  await sink.release({ ok: true });
  await outbox.close(10);
});

test('what waits is bounded: the oldest is given up', async () => {
  const sink = heldSink();
  const troubles: string[] = [];
  const outbox = createAlertOutbox(sink, (message) => troubles.push(message));
  outbox.add([alertOf({ atMs: 0 })]);
  outbox.add(Array.from({ length: 103 }, (_, i) => alertOf({ atMs: i + 1 })));
  assert.equal(troubles.length, 3);
  assert.match(troubles[0] ?? '', /too many wait/);
  await sink.release({ ok: true });
  assert.deepEqual(sink.taken, [0, 4]);
  await outbox.close(0);
});

test('closing gives a receiver that hangs its grace, and no more', async () => {
  const sink = heldSink();
  const troubles: string[] = [];
  const outbox = createAlertOutbox(sink, (message) => troubles.push(message));
  outbox.add([alertOf({ atMs: 1 }), alertOf({ atMs: 2 })]);
  await outbox.close(20);
  assert.deepEqual(sink.taken, [1]);
  assert.equal(troubles.length, 2);
});
