import type { ConfidenceRow } from '../calibration/labelled-confidences.ts';
import { runningCalibration } from '../calibration/running-calibration.ts';
import type { Clock } from '../ports/clock.ts';

/** How far a replay is. */
export interface ReplayProgress {
  /** Questions consumed, those of an earlier run of the same folder included. */
  readonly done: number;
  readonly total: number;
  /** Of this run alone; `null` in its first moments. */
  readonly questionsPerSecond: number | null;
  /** ECE of the published confidence over this run's labelled answers; `null` without any. */
  readonly ece: number | null;
}

/** Follows a replay batch by batch. */
export interface ReplayMeter {
  /**
   * @param consumed - Questions the run has consumed in all.
   * @param rows - Published confidence and outcome of the batch's answers.
   * @param deadLetters - Questions of the batch that were not answered.
   */
  update(consumed: number, rows: readonly ConfidenceRow[], deadLetters: number): ReplayProgress;
}

/** Makes a {@link ReplayMeter} for a stream of `total` questions. */
export function createReplayMeter(total: number, clock: Clock): ReplayMeter {
  const startedMs = clock.monotonicMs();
  const calibration = runningCalibration();
  let sums = calibration.initial;
  let ece: number | null = null;
  let first: number | undefined;
  return {
    update: (consumed, batch, deadLetters) => {
      for (const row of batch) {
        const { state, outputs } = calibration.step(sums, row);
        sums = state;
        ece = outputs[0]?.ece ?? null;
      }
      first ??= consumed - batch.length - deadLetters;
      const seconds = (clock.monotonicMs() - startedMs) / 1000;
      return {
        done: consumed,
        total,
        questionsPerSecond: seconds > 0 ? (consumed - first) / seconds : null,
        ece,
      };
    },
  };
}
