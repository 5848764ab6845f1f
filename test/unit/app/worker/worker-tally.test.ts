import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createWorkerMeter } from '../../../../src/app/worker/worker-tally.ts';
import type { PublishedBatch } from '../../../../src/operators/publish-answers.ts';
import { manualClock } from '../../../support/manual-clock.ts';

const batchOf = (answers: number, letters: number, more: object = {}): PublishedBatch =>
  ({
    answers: Array.from({ length: answers }, () => ({
      published: { adapterVersion: 3 },
      gate: { burst: 1 },
    })),
    deadLetters: Array.from({ length: letters }, () => ({})),
    trainingBatch: null,
    ...more,
  }) as unknown as PublishedBatch;

describe('createWorkerMeter', () => {
  it('counts since the start, and tells the speed', () => {
    const clock = manualClock();
    const meter = createWorkerMeter(clock);
    assert.equal(meter.report().questionsPerSecond, null);
    meter.batch(batchOf(3, 1));
    meter.batch(batchOf(0, 0, { trainingBatch: {} }));
    meter.window();
    clock.move(2000);
    assert.deepEqual(meter.report(), {
      answered: 3,
      deadLetters: 1,
      // Four records in two seconds.
      questionsPerSecond: 2,
      windows: 1,
      trainingBatches: 1,
      trained: 0,
      adapterVersion: 3,
      burst: true,
    });
    clock.move(1000);
    assert.equal(meter.report().answered, 3);
  });

  it('tells a steady speed of batches that take longer than the time between reports', () => {
    const clock = manualClock();
    const meter = createWorkerMeter(clock);
    const speeds: (number | null)[] = [];
    // Eight answers every 20 s, a report every 10 s: 0.4 a second.
    for (let tens = 1; tens <= 12; tens += 1) {
      clock.move(10_000);
      if (tens % 2 === 0) meter.batch(batchOf(8, 0));
      speeds.push(meter.report().questionsPerSecond);
    }
    assert.deepEqual(
      speeds.slice(6).map((speed) => speed?.toFixed(1)),
      new Array(6).fill('0.4'),
    );
    // Nothing for a minute, and it stands still; after a longer silence too.
    clock.move(60_000);
    assert.equal(meter.report().questionsPerSecond, 0);
    clock.move(600_000);
    assert.equal(meter.report().questionsPerSecond, 0);
  });
});
