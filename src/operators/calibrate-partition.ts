import { Observable } from 'rxjs';
import type { Answer } from '../events/answer.ts';
import type { CalibrationWindow } from '../events/calibration-window.ts';
import type { Feedback } from '../events/feedback.ts';
import type { Broker, OutgoingRecord, PartitionLease } from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';
import type { Codec } from '../ports/record-codec.ts';
import { calibrationChanges, restoreCalibration } from './calibration-entries.ts';
import {
  stepCalibration,
  type AnswerAt,
  type Matcher,
  type WindowOptions,
} from './calibration-state.ts';
import { windowRecords, type WindowMetricOptions } from './calibration-windows.ts';

/** What {@link calibratePartition} needs. */
export interface CalibrateOptions {
  readonly broker: Pick<Broker, 'read' | 'bounds'>;
  readonly topics: { readonly feedback: string; readonly calibration: string };
  readonly answerCodec: Codec<Answer>;
  readonly feedbackCodec: Codec<Feedback>;
  readonly windowCodec: Codec<CalibrationWindow>;
  readonly windows: WindowOptions;
  readonly metrics: WindowMetricOptions;
  readonly match: Matcher;
  readonly clock: Clock;
  /** Fires when no more input will come: the source then ends once it has read everything. */
  readonly inputEnded: AbortSignal;
}

/** Most answers, and most labels, in one step. */
const STEP_RECORDS = 500;
/** How long one look for answers waits; labels are looked for as often. */
const WAIT_MS = 200;

/**
 * Joins the answers of one leased partition with the labels of the same partition of the feedback topic,
 * and publishes calibration windows. Both topics are keyed by question id and have equally many
 * partitions. The place reached in the labels is part of the committed state, so that one transaction
 * covers both inputs.
 *
 *     answers   --a-b----c--
 *     labels    -----1-2----
 *     result    -------W----     windows as they close or are corrected
 *
 * @returns Cold. Errors with `FENCED` when the partition is taken away.
 */
export function calibratePartition(
  lease: PartitionLease,
  options: CalibrateOptions,
): Observable<CalibrationWindow> {
  const { broker, topics, clock } = options;

  const readLabels = async (
    from: number,
    signal: AbortSignal,
  ): Promise<{ labels: Feedback[]; next: number }> => {
    const labels: Feedback[] = [];
    const { earliest, end } = await broker.bounds(topics.feedback, lease.partition);
    // Labels that retention deleted unread are gone; going on without them is all there is to do.
    let next = Math.max(from, Number(earliest));
    if (BigInt(next) >= end) return { labels, next };
    for await (const record of broker.read(
      topics.feedback,
      lease.partition,
      BigInt(next),
      signal,
    )) {
      next = Number(record.offset) + 1;
      const decoded = record.value === null ? null : options.feedbackCodec.decode(record.value);
      if (decoded?.ok === true) labels.push(decoded.value);
      if (labels.length >= STEP_RECORDS) break;
    }
    return { labels, next };
  };

  return new Observable<CalibrationWindow>((subscriber) => {
    const stopped = new AbortController();
    const loop = async (): Promise<void> => {
      let state = restoreCalibration(lease.state);
      let nextOffset = lease.startOffset;
      while (!stopped.signal.aborted) {
        const atEnd = options.inputEnded.aborted;
        const records = await lease.poll({ maxRecords: STEP_RECORDS, waitMs: WAIT_MS });
        const { labels, next } = await readLabels(state.feedbackOffset, stopped.signal);
        if (records.length === 0 && labels.length === 0) {
          if (atEnd) break;
          continue;
        }
        const answers = records.flatMap((record): AnswerAt[] => {
          const decoded = record.value === null ? null : options.answerCodec.decode(record.value);
          return decoded?.ok === true
            ? [{ answer: decoded.value, offset: Number(record.offset) }]
            : [];
        });
        const step = stepCalibration(
          state,
          { answers, labels, feedbackOffset: next },
          options.windows,
          options.match,
        );
        const windows = step.cuts.flatMap((cut) =>
          windowRecords(cut, lease, options.metrics, clock.nowMs()),
        );
        nextOffset = records.length === 0 ? nextOffset : (records.at(-1)?.offset ?? 0n) + 1n;
        await lease.commit({
          nextOffset,
          records: windows.map((window): OutgoingRecord => ({
            topic: topics.calibration,
            partition: lease.partition,
            key: new TextEncoder().encode(`${lease.partition}/${window.scope}/${window.ordinal}`),
            value: options.windowCodec.encode(window),
          })),
          state: calibrationChanges(state, step.state),
        });
        state = step.state;
        for (const window of windows) subscriber.next(window);
      }
      subscriber.complete();
    };
    loop().catch((error: unknown) => {
      subscriber.error(error);
    });
    return () => {
      stopped.abort();
    };
  });
}
