import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReplayMeter } from '../../../src/app/replay-progress.ts';
import { assertClose } from '../../support/assert-close.ts';
import { manualClock } from '../../support/manual-clock.ts';

test('speed is this run’s, progress the whole stream’s', () => {
  const clock = manualClock();
  const meter = createReplayMeter(100, clock);
  const right = { confidence: 0.9, correct: true };
  const first = meter.update(42, [right], 1);
  assert.deepEqual([first.done, first.total, first.questionsPerSecond], [42, 100, null]);
  clock.move(2000);
  // 40 were consumed before this run; 8 in two seconds, letters among them.
  assert.equal(meter.update(48, [right, right, right, right], 2).questionsPerSecond, 4);
});

test('ECE so far is over labelled answers with a confidence', () => {
  const meter = createReplayMeter(10, manualClock());
  assert.equal(meter.update(1, [{ confidence: 0.95, correct: null }], 0).ece, null);
  const { ece } = meter.update(
    4,
    [
      { confidence: 0.95, correct: true },
      { confidence: 0.95, correct: false },
      { confidence: null, correct: true },
    ],
    0,
  );
  assertClose(ece, 0.45, 1e-12);
  // The other bin: 2/3 · 0.45 + 1/3 · 0.25.
  assertClose(meter.update(5, [{ confidence: 0.25, correct: false }], 0).ece, 1.15 / 3, 1e-12);
  assertClose(meter.update(6, [], 1).ece, 1.15 / 3, 1e-12);
});

test('the loop stands as the newest answer saw it', () => {
  const meter = createReplayMeter(10, manualClock());
  const { burst, adapterVersion } = meter.update(1, [], 1);
  assert.deepEqual([burst, adapterVersion], [false, 0]);
  const standing = { burst: true, adapterVersion: 2 };
  const right = { confidence: 0.9, correct: true };
  for (const loop of [standing, undefined]) {
    const next = meter.update(2, [right], 0, loop);
    assert.deepEqual([next.burst, next.adapterVersion], [true, 2]);
  }
});
