import type { PublishedBatch } from '../../operators/publish-answers.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TrainedBatch } from './train-partition.ts';

/** What a worker has done since it started. */
export interface WorkerTally {
  readonly answered: number;
  readonly deadLetters: number;
  /** Over the last minute, as far as it was reported on; `null` in the first moment. */
  readonly questionsPerSecond: number | null;
  readonly windows: number;
  readonly trainingBatches: number;
  /** Adapters that this process trained. */
  readonly trained: number;
  /** Version of the adapter of the newest answer, 0 for none. */
  readonly adapterVersion: number;
  /** Whether the newest answer was in a burst. */
  readonly burst: boolean;
}

/** Counts what a worker does. */
export interface WorkerMeter {
  batch(batch: PublishedBatch): void;
  window(): void;
  trained(trained: TrainedBatch): void;
  /** The tally as of now, which the speed of later ones is measured from. */
  report(): WorkerTally;
}

/** A batch of a real model takes longer than the time between two reports: over that alone, 0 and far too much alternate. */
const SPEED_OVER_MS = 60_000;

/** Makes a {@link WorkerMeter}. */
export function createWorkerMeter(clock: Clock): WorkerMeter {
  let tally: Omit<WorkerTally, 'questionsPerSecond'> = {
    answered: 0,
    deadLetters: 0,
    windows: 0,
    trainingBatches: 0,
    trained: 0,
    adapterVersion: 0,
    burst: false,
  };
  /** Oldest first; all of the last minute, or the newest alone. */
  const marks = [{ ms: clock.monotonicMs(), done: 0 }];
  return {
    batch: ({ answers, deadLetters, trainingBatch }) => {
      const newest = answers.at(-1);
      tally = {
        ...tally,
        answered: tally.answered + answers.length,
        deadLetters: tally.deadLetters + deadLetters.length,
        trainingBatches: tally.trainingBatches + (trainingBatch === null ? 0 : 1),
        adapterVersion: newest?.published.adapterVersion ?? tally.adapterVersion,
        burst: newest === undefined ? tally.burst : (newest.gate?.burst ?? 0) > 0,
      };
    },
    window: () => {
      tally = { ...tally, windows: tally.windows + 1 };
    },
    trained: ({ kind }) => {
      if (kind === 'trained') tally = { ...tally, trained: tally.trained + 1 };
    },
    report: () => {
      const nowMs = clock.monotonicMs();
      const done = tally.answered + tally.deadLetters;
      while (marks.length > 1 && nowMs - marks[0]!.ms > SPEED_OVER_MS) marks.shift();
      const since = marks[0]!;
      const seconds = (nowMs - since.ms) / 1000;
      const questionsPerSecond = seconds > 0 ? (done - since.done) / seconds : null;
      marks.push({ ms: nowMs, done });
      return { ...tally, questionsPerSecond };
    },
  };
}
