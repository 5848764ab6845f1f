import { Observable } from 'rxjs';
import type { Answer } from '../events/answer.ts';
import type { CalibrationWindow } from '../events/calibration-window.ts';
import type { DeadLetter } from '../events/dead-letter.ts';
import type { Feedback } from '../events/feedback.ts';
import type { Broker, IncomingRecord, OutgoingRecord, PartitionLease } from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';
import { NO_TELEMETRY } from '../ports/no-telemetry.ts';
import type { Codec } from '../ports/record-codec.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { beginLetters } from './begin-counters.ts';
import { calibrationChanges, restoreCalibration } from './calibration-entries.ts';
import {
  hasOpenAnswers,
  stepCalibration,
  type Matcher,
  type WindowOptions,
} from './calibration-state.ts';
import { deadLetterOf } from './dead-letter-of.ts';
import { QUESTION_BYTES } from './decode-questions.ts';
import { judgeWindows } from './judge-windows.ts';
import { placeAttributes } from './measure-batch.ts';
import type { VerdictRules } from '../verdict/verdict-rules.ts';
import { windowRecords, type WindowMetricOptions } from './calibration-windows.ts';

/** What {@link calibratePartition} needs. */
export interface CalibrateOptions {
  readonly broker: Pick<Broker, 'read' | 'bounds'>;
  readonly topics: {
    readonly feedback: string;
    readonly calibration: string;
    readonly deadLetters: string;
  };
  readonly answerCodec: Codec<Answer>;
  readonly feedbackCodec: Codec<Feedback>;
  readonly windowCodec: Codec<CalibrationWindow>;
  readonly deadLetterCodec: Codec<DeadLetter>;
  readonly windows: WindowOptions;
  /**
   * How long answers wait in an open window until it is closed as far as it is, milliseconds; absent: until it is
   * full.
   */
  readonly closeAfterMs?: number | undefined;
  /**
   * How many labels may wait for their answers before no more are read, where labels stand in the order of their
   * questions; absent: any number. In a replay all are there from the start, and of those that wait only the newest
   * `PENDING_LABELS` are kept.
   */
  readonly labelsAhead?: number | undefined;
  readonly metrics: WindowMetricOptions;
  /** When a verdict says what. */
  readonly verdict: Omit<VerdictRules, 'size' | 'step'>;
  readonly match: Matcher;
  readonly clock: Clock;
  /** Counts dead letters. @defaultValue nobody does */
  readonly telemetry?: Telemetry | undefined;
  /** Fires when no more input will come: the source then ends once it has read everything. */
  readonly inputEnded: AbortSignal;
}

/** Records decoded, and letters for those that could not be. */
interface Read<T> {
  readonly values: readonly { readonly value: T; readonly offset: number }[];
  readonly letters: readonly DeadLetter[];
}

/** Key of a window's record: its revisions share it. */
function windowKey({ sourcePartition, scope, ordinal }: CalibrationWindow): Uint8Array {
  return new TextEncoder().encode(`${sourcePartition}/${scope}/${ordinal}`);
}

/** Most answers, and most labels, in one step. */
const STEP_RECORDS = 500;
/** Most bytes of labels in one step, the first one aside: nobody says how large what others write there is. */
const STEP_BYTES = 8 * 1024 * 1024;
/** How long one look for answers waits; labels are looked for as often. */
const WAIT_MS = 200;

/**
 * Joins the answers of one leased partition with the labels of the same partition of the feedback topic,
 * and publishes calibration windows, each with its verdict. Both topics are keyed by question id and have equally many
 * partitions. The place reached in the labels is part of the committed state, so that one transaction
 * covers both inputs.
 *
 *     answers   --a-b----c--
 *     labels    -----1-2----
 *     result    -------W----     windows as they close or are corrected, or the clock closes them
 *
 * A window that the clock closes is committed in one transaction with what the state becomes by it: its record is the
 * tick, and nothing else depends on time.
 *
 * An answer or a label that cannot be read, or a label that is too large to wait, becomes a dead letter. Unsubscribing ends it: what is under way is not
 * committed.
 *
 * @returns Cold. Errors with `FENCED` when the partition is taken away.
 */
export function calibratePartition(
  lease: PartitionLease,
  options: CalibrateOptions,
): Observable<CalibrationWindow> {
  const { broker, topics, clock, telemetry = NO_TELEMETRY } = options;

  /** Decodes records, in order; those that cannot be read become letters. */
  const read = <T>(
    records: readonly IncomingRecord[],
    codec: Codec<T>,
    mostBytes = Infinity,
  ): Read<T> => {
    const values: Read<T>['values'][number][] = [];
    const letters: DeadLetter[] = [];
    const refuse = (record: IncomingRecord, code: string, reason: string): void => {
      letters.push(deadLetterOf(record, { code, reason }, clock.nowMs()));
    };
    for (const record of records) {
      const length = record.value?.length ?? 0;
      if (length > mostBytes) {
        const reason = `the record has ${length} bytes, the limit is ${mostBytes}`;
        refuse(record, 'RECORD_TOO_LARGE', reason);
        continue;
      }
      const decoded =
        record.value === null
          ? { ok: false as const, reason: 'the record is empty' }
          : codec.decode(record.value);
      if (decoded.ok) values.push({ value: decoded.value, offset: Number(record.offset) });
      else refuse(record, 'RECORD_INVALID', decoded.reason);
    }
    return { values, letters };
  };

  const readLabels = async (
    from: number,
    most: number,
    signal: AbortSignal,
  ): Promise<{ records: IncomingRecord[]; next: number }> => {
    const records: IncomingRecord[] = [];
    if (most <= 0) return { records, next: from };
    const { earliest, end } = await broker.bounds(topics.feedback, lease.partition);
    // Labels that retention deleted unread are gone; going on without them is all there is to do. Of a topic that was
    // made anew none has been read.
    let next = BigInt(from) > end ? Number(earliest) : Math.max(from, Number(earliest));
    let bytes = 0;
    if (BigInt(next) >= end) return { records, next };
    for await (const record of broker.read(
      topics.feedback,
      lease.partition,
      BigInt(next),
      signal,
    )) {
      next = Number(record.offset) + 1;
      records.push(record);
      bytes += record.value?.length ?? 0;
      if (records.length >= most || bytes >= STEP_BYTES) break;
    }
    return { records, next };
  };

  const outgoing = (topic: string, key: Uint8Array | null, value: Uint8Array): OutgoingRecord => ({
    topic,
    partition: lease.partition,
    key,
    value,
  });

  const count = ({ sourceTopic: topic, sourcePartition: partition, code }: DeadLetter): void => {
    telemetry.measure('secl.dead_letters', 1, {
      ...placeAttributes({ topic, partition }),
      'error.type': code,
    });
  };

  return new Observable<CalibrationWindow>((subscriber) => {
    beginLetters(telemetry, { topic: topics.feedback, partition: lease.partition });
    const stopped = new AbortController();
    const ended = (): boolean => stopped.signal.aborted;
    const loop = async (): Promise<void> => {
      let state = restoreCalibration(lease.state);
      let nextOffset = lease.startOffset;
      /** Since when the open window holds answers that no record has told of. */
      let openSinceMs: number | null = null;
      const isDue = (): boolean => {
        const { closeAfterMs, windows } = options;
        if (closeAfterMs === undefined || !hasOpenAnswers(state, windows)) openSinceMs = null;
        else openSinceMs ??= clock.monotonicMs();
        return (
          openSinceMs !== null && clock.monotonicMs() - openSinceMs >= (closeAfterMs ?? Infinity)
        );
      };
      while (!ended()) {
        const atEnd = options.inputEnded.aborted;
        const records = await lease.poll({ maxRecords: STEP_RECORDS, waitMs: WAIT_MS });
        // Once the last answer is in, whatever labels are left are read.
        const ahead = atEnd && records.length === 0 ? Infinity : (options.labelsAhead ?? Infinity);
        const most = Math.min(STEP_RECORDS, ahead - state.pending.size);
        const known = await readLabels(state.feedbackOffset, most, stopped.signal);
        const tick = isDue();
        if (records.length === 0 && known.records.length === 0 && !tick) {
          if (atEnd) break;
          continue;
        }
        const answers = read(records, options.answerCodec);
        // A label waits for its answer in the state, as JSON, which has to fit into a record.
        const labels = read(known.records, options.feedbackCodec, QUESTION_BYTES);
        const letters = [...answers.letters, ...labels.letters];
        const step = stepCalibration(
          state,
          {
            answers: answers.values.map(({ value, offset }) => ({ answer: value, offset })),
            labels: labels.values.map(({ value }) => value),
            feedbackOffset: known.next,
            tick,
          },
          options.windows,
          options.match,
        );
        const { windows, verdicts } = judgeWindows(
          step.state.verdicts,
          step.cuts.flatMap((cut) => windowRecords(cut, lease, options.metrics, clock.nowMs())),
          { ...options.verdict, ...options.windows },
        );
        const next = { ...step.state, verdicts };
        nextOffset = records.length === 0 ? nextOffset : (records.at(-1)?.offset ?? 0n) + 1n;
        // Whoever unsubscribed while this was read wants nothing written any more.
        if (ended()) break;
        await lease.commit({
          nextOffset,
          records: [
            ...windows.map((window) =>
              outgoing(topics.calibration, windowKey(window), options.windowCodec.encode(window)),
            ),
            ...letters.map((letter) =>
              outgoing(topics.deadLetters, letter.key, options.deadLetterCodec.encode(letter)),
            ),
          ],
          state: calibrationChanges(state, next),
        });
        state = next;
        if (tick) openSinceMs = null;
        letters.forEach(count);
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
