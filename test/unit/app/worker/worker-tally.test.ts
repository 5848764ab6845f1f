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
  it('counts since the start, and tells the speed since the last report', () => {
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
    assert.equal(meter.report().questionsPerSecond, 0);
    assert.equal(meter.report().answered, 3);
  });
});
