import type { ConfidenceRow } from '../calibration/labelled-confidences.ts';
import { runningCalibration } from '../calibration/running-calibration.ts';
import type { Clock } from '../ports/clock.ts';

/** How the loop stands after a batch. */
export interface LoopStanding {
  /** Whether a burst is open. */
  readonly burst: boolean;
  /** Version of the adapter that acts; 0: none. */
  readonly adapterVersion: number;
}

/** How far a replay is. */
export interface ReplayProgress extends LoopStanding {
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
   * @param loop - As its last answer saw it; absent: as before.
   */
  update(
    consumed: number,
    rows: readonly ConfidenceRow[],
    deadLetters: number,
    loop?: LoopStanding,
  ): ReplayProgress;
}

/** Makes a {@link ReplayMeter} for a stream of `total` questions. */
export function createReplayMeter(total: number, clock: Clock): ReplayMeter {
  const startedMs = clock.monotonicMs();
  const calibration = runningCalibration();
  let sums = calibration.initial;
  let ece: number | null = null;
  let first: number | undefined;
  let standing: LoopStanding = { burst: false, adapterVersion: 0 };
  return {
    update: (consumed, batch, deadLetters, loop = standing) => {
      standing = loop;
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
        ...standing,
      };
    },
  };
}
