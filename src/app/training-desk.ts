import { SeclError } from '../errors/secl-error.ts';
import type { TrainingBatch } from '../events/training-batch.ts';
import type { LearningOptions } from '../learning/learning-options.ts';
import type { SettleOptions, TrainingOutcome } from '../operators/settle-adapters.ts';
import type { Clock } from '../ports/clock.ts';
import type { Trainer } from '../ports/trainer.ts';
import { checkMeasured } from '../training/check-measured.ts';

/** Where batches are handed in to be trained on, and asked after. */
export interface TrainingDesk extends Pick<
  SettleOptions,
  'outcomeOf' | 'load' | 'recordOf' | 'decisionsFrom'
> {
  readonly learning: LearningOptions;
  /** Announces a batch that is on its way to be durable: nobody has to look for it. */
  expect(batchId: string): void;
  /** Begins to train on a batch that is durable. */
  begin(batch: TrainingBatch): void;
  /** Stops what is under way. */
  close(): Promise<void>;
}

/** What `createTrainingDesk` needs. */
export interface TrainingDeskOptions {
  readonly learning: LearningOptions;
  readonly mode: 'barrier' | 'async';
  readonly trainer: Trainer;
  readonly clock: Clock;
  /** Loads the weights of a record. */
  readonly load: SettleOptions['load'];
  /** Finds the record of a version. */
  readonly recordOf: SettleOptions['recordOf'];
  /** Reads decisions from an offset on. */
  readonly decisionsFrom: SettleOptions['decisionsFrom'];
  /** Finds a committed batch that an earlier run left behind. */
  readonly findBatch: (batchId: string) => Promise<TrainingBatch | undefined>;
}

/** Trains batches one after the other with a trainer of this process. */
export function createTrainingDesk(options: TrainingDeskOptions): TrainingDesk {
  const { trainer, mode, clock, findBatch } = options;
  const stopped = new AbortController();
  const runs = new Map<
    string,
    { outcome: TrainingOutcome | undefined; done: Promise<TrainingOutcome> }
  >();
  let last: Promise<unknown> = Promise.resolve();
  let expected: string | null = null;

  const begin = (batch: TrainingBatch): void => {
    const train = async (): Promise<TrainingOutcome> => {
      try {
        const record = checkMeasured(await trainer.train(batch, stopped.signal));
        return { record, trainedAtMs: clock.nowMs() };
      } catch (error) {
        if (!(error instanceof SeclError) || error.code !== 'TRAINING_FAILED') throw error;
        return { failure: { code: error.code, reason: error.message } };
      }
    };
    const done = last.then(train);
    const run: { outcome: TrainingOutcome | undefined; done: Promise<TrainingOutcome> } = {
      outcome: undefined,
      done,
    };
    runs.set(batch.batchId, run);
    last = done.then(
      (outcome) => {
        run.outcome = outcome;
      },
      // Whoever asks after the batch is told; until then nobody listens.
      () => undefined,
    );
  };

  return {
    learning: options.learning,
    load: options.load,
    recordOf: options.recordOf,
    decisionsFrom: options.decisionsFrom,
    begin,
    expect(batchId) {
      expected = batchId;
    },
    async outcomeOf(batchId, signal) {
      if (!runs.has(batchId)) {
        // Its commit is under way.
        if (batchId === expected) return undefined;
        const batch = await findBatch(batchId);
        if (batch === undefined)
          throw new SeclError('STATE_MISMATCH', 'the training batch that is awaited is not there', {
            hint: 'Start a new run folder; this one is damaged.',
          });
        begin(batch);
      }
      const run = runs.get(batchId);
      if (run === undefined || signal.aborted) return undefined;
      if (mode === 'async' && run.outcome === undefined) {
        // A failure of the machine must not go unnoticed only because nobody waits.
        return await Promise.race([run.done, Promise.resolve(undefined)]);
      }
      const outcome = await run.done;
      runs.delete(batchId);
      return outcome;
    },
    async close() {
      stopped.abort();
      await last;
      await trainer.close();
    },
  };
}
