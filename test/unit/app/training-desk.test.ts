import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  createTrainingDesk,
  type TrainingDesk,
  type TrainingDeskOptions,
} from '../../../src/app/training-desk.ts';
import { SeclError } from '../../../src/errors/secl-error.ts';
import type { AdapterRecord } from '../../../src/events/adapter.ts';
import type { TrainingBatch } from '../../../src/events/training-batch.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { adapterRecord, learningOptions } from '../../support/learning-fixture.ts';
import { manualClock } from '../../support/manual-clock.ts';

const never = new AbortController().signal;
const START_MS = manualClock().nowMs();

const batchOf = (ordinal: number): TrainingBatch =>
  ({ batchId: `batch ${ordinal}`, ordinal }) as TrainingBatch;

/** A trainer that does what it is told, when it is told. */
interface Bench {
  readonly desk: TrainingDesk;
  /** Batches whose training has begun. */
  readonly begun: string[];
  readonly signals: (AbortSignal | undefined)[];
  /** What was looked up. */
  readonly sought: string[];
  finish(outcome: AdapterRecord | Error): void;
  closed: number;
}

function bench(mode: 'barrier' | 'async', found?: TrainingBatch): Bench {
  const waiting: ((outcome: AdapterRecord | Error) => void)[] = [];
  const begun: string[] = [];
  const signals: (AbortSignal | undefined)[] = [];
  const sought: string[] = [];
  const options: TrainingDeskOptions = {
    learning: learningOptions(),
    mode,
    trainer: {
      train: (batch, signal) => {
        begun.push(batch.batchId);
        signals.push(signal);
        return new Promise((resolve, reject) => {
          const cancel = (): void => {
            reject(new SeclError('CANCELLED', 'closed'));
          };
          if (signal?.aborted === true) {
            cancel();
            return;
          }
          signal?.addEventListener('abort', cancel);
          waiting.push((outcome) => {
            if (outcome instanceof Error) reject(outcome);
            else resolve(outcome);
          });
        });
      },
      close: async () => {
        made.closed += 1;
      },
    },
    clock: manualClock(),
    load: () => Promise.reject(new Error('nothing is loaded here')),
    decisionsFrom: async (offset) => ({ decisions: [], next: offset }),
    recordOf: () => Promise.reject(new Error('no restart here')),
    findBatch: async (batchId) => {
      sought.push(batchId);
      return found?.batchId === batchId ? found : undefined;
    },
  };
  const made: Bench = {
    desk: createTrainingDesk(options),
    begun,
    signals,
    sought,
    finish: (outcome) => {
      (waiting.shift() ?? assert.fail('nothing is being trained'))(outcome);
    },
    closed: 0,
  };
  return made;
}

/** Lets promises settle. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await nextTurn();
}

describe('the training desk', () => {
  it('as a barrier waits for the adapter', async () => {
    const { desk, finish } = bench('barrier');
    desk.begin(batchOf(1));
    let outcome: unknown = 'waiting';
    void desk.outcomeOf('batch 1', never, 1).then((known) => {
      outcome = known;
    });
    await settle();
    assert.equal(outcome, 'waiting');
    finish(adapterRecord(1));
    await settle();
    assert.deepEqual(outcome, { record: adapterRecord(1), trainedAtMs: START_MS });
  });

  it('without waiting says nothing until the adapter is there', async () => {
    const { desk, finish } = bench('async');
    desk.begin(batchOf(1));
    assert.equal(await desk.outcomeOf('batch 1', never, 1), undefined);
    await settle();
    assert.equal(await desk.outcomeOf('batch 1', never, 1), undefined);
    finish(adapterRecord(1));
    await settle();
    assert.deepEqual(await desk.outcomeOf('batch 1', never, 1), {
      record: adapterRecord(1),
      trainedAtMs: START_MS,
    });
  });

  for (const mode of ['barrier', 'async'] as const) {
    it(`makes a training that fails a failure (${mode})`, async () => {
      const { desk, finish } = bench(mode);
      desk.begin(batchOf(1));
      await settle();
      finish(new SeclError('TRAINING_FAILED', 'no sense'));
      await settle();
      assert.deepEqual(await desk.outcomeOf('batch 1', never, 1), {
        failure: { code: 'TRAINING_FAILED', reason: 'no sense' },
      });
    });

    it(`tells whoever asks of a machine that fails, and leaves nothing unhandled (${mode})`, async () => {
      const { desk, finish } = bench(mode);
      desk.begin(batchOf(1));
      await settle();
      finish(new Error('on fire'));
      await settle();
      await assert.rejects(desk.outcomeOf('batch 1', never, 1), /on fire/);
    });

    it(`finds a batch that an earlier run left behind, and trains it once (${mode})`, async () => {
      const { desk, finish, begun, sought } = bench(mode, batchOf(4));
      const first = desk.outcomeOf('batch 4', never, 1);
      await settle();
      if (mode === 'async') assert.equal(await desk.outcomeOf('batch 4', never, 1), undefined);
      finish(adapterRecord(4));
      await settle();
      const outcome = mode === 'async' ? await desk.outcomeOf('batch 4', never, 1) : await first;
      assert.deepEqual(outcome, { record: adapterRecord(4), trainedAtMs: START_MS });
      assert.deepEqual([begun, sought], [['batch 4'], ['batch 4']]);
    });

    it(`refuses state whose batch is not there (${mode})`, async () => {
      await expectFailure(bench(mode).desk.outcomeOf('batch 9', never, 1), 'STATE_MISMATCH');
    });
  }

  // Once, batches were looked for in the log while their commit was under way, and the stream ended.
  it('without waiting looks for no batch that is on its way to be durable', async () => {
    const { desk, finish, sought, begun } = bench('async');
    desk.expect('batch 1');
    assert.equal(await desk.outcomeOf('batch 1', never, 1), undefined);
    desk.begin(batchOf(1));
    await settle();
    finish(adapterRecord(1));
    await settle();
    assert.deepEqual(await desk.outcomeOf('batch 1', never, 1), {
      record: adapterRecord(1),
      trainedAtMs: START_MS,
    });
    assert.deepEqual([sought, begun], [[], ['batch 1']]);
  });

  it('trains batches one after the other, after a failed one too', async () => {
    const { desk, finish, begun } = bench('barrier');
    desk.begin(batchOf(1));
    desk.begin(batchOf(2));
    await settle();
    assert.deepEqual(begun, ['batch 1']);
    finish(new SeclError('TRAINING_FAILED', 'no sense'));
    await settle();
    assert.deepEqual(begun, ['batch 1', 'batch 2']);
    finish(adapterRecord(2));
    assert.deepEqual(await desk.outcomeOf('batch 2', never, 1), {
      record: adapterRecord(2),
      trainedAtMs: START_MS,
    });
  });

  it('says nothing to one who has gone', async () => {
    const { desk } = bench('barrier');
    desk.begin(batchOf(1));
    assert.equal(await desk.outcomeOf('batch 1', AbortSignal.abort(), 1), undefined);
  });

  it('closed, cancels what is under way and what waits, and closes the trainer', async () => {
    const made = bench('barrier');
    made.desk.begin(batchOf(1));
    made.desk.begin(batchOf(2));
    await settle();
    await made.desk.close();
    assert.deepEqual(
      made.signals.map((signal) => signal?.aborted),
      [true, true],
    );
    assert.equal(made.closed, 1);
    await expectFailure(made.desk.outcomeOf('batch 1', never, 1), 'CANCELLED');
  });
});
