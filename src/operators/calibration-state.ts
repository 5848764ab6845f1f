import type { Answer } from '../events/answer.ts';
import type { Feedback } from '../events/feedback.ts';
import type { VerdictState } from '../verdict/step-verdict.ts';
import { confidencesOf } from './confidences-of.ts';

/** What matching a label needs of an answer. */
export type MatchableAnswer = Pick<Answer, 'style' | 'text' | 'extracted'>;

/** Whether an answer is right by its label; `null`: the label does not tell. */
export type Matcher = (answer: MatchableAnswer, feedback: Feedback) => boolean | null;

/** What a window keeps of an answer. */
export interface CalibrationRow {
  readonly questionId: string;
  /** Offset on `qa.answers`. */
  readonly offset: number;
  readonly domain: string | null;
  /** By score name, `published` among them; `null` when missing. */
  readonly confidences: Readonly<Record<string, number | null>>;
  /** By the newest label; `null` until one arrives. */
  readonly correct: boolean | null;
  /** What labels are matched with; `null` for a repeated id, which takes none. */
  readonly answer: MatchableAnswer | null;
  /** Whether a detector of the gate fired at it. */
  readonly alarm: boolean;
  readonly adapterVersion: number;
}

/** What is known of a partition's answers so far, besides the rows. */
export interface Standing {
  /** Answers seen. */
  readonly count: number;
  /** When the newest of them was given; 0 before the first. */
  readonly untilMs: number;
  /** Changes that the gate has noticed. */
  readonly incident: number;
  /** Answer at which the newest was noticed, from 0; `null`: none was. */
  readonly noticedAt: number | null;
}

/** How answers are cut into windows: window `k` holds answers `k·step` to `k·step + size − 1`. */
export interface WindowOptions {
  /** Answers in a window. */
  readonly size: number;
  /** Answers from one window's start to the next's; equal to `size`: tumbling. */
  readonly step: number;
  /** Closed windows that a late label still corrects. */
  readonly correctable: number;
}

/** Calibration of one partition so far; a fold over its answers and labels. */
export interface CalibrationState extends Standing {
  /** Next offset of `qa.feedback` to read. */
  readonly feedbackOffset: number;
  /** The newest rows by ordinal, in order: as many as open and correctable windows reach back. */
  readonly rows: ReadonlyMap<number, CalibrationRow>;
  /** Labels read so far. */
  readonly labelsRead: number;
  /** Labels that found no answer yet, by question id, in order of arrival. */
  readonly pending: ReadonlyMap<string, PendingLabel>;
  /** Answers seen when the clock last closed the open window as far as it was; 0: it never has. */
  readonly closedByClock: number;
  /** Newest revision of each correctable window, and of the open one where the clock has closed it. */
  readonly revisions: ReadonlyMap<number, number>;
  /** By scope, the one least lately judged first. */
  readonly verdicts: ReadonlyMap<string, VerdictState>;
}

/** A label that waits for its answer. */
export interface PendingLabel {
  readonly label: Feedback;
  /** How many labels were read before it: the oldest is the first to be given up. */
  readonly ordinal: number;
}

/** Labels kept while their answers are awaited. A bound, so that state stays small. */
export const PENDING_LABELS = 100_000;

/** The state before any answer. */
export const EMPTY_CALIBRATION: CalibrationState = {
  count: 0,
  untilMs: 0,
  incident: 0,
  noticedAt: null,
  feedbackOffset: 0,
  labelsRead: 0,
  closedByClock: 0,
  rows: new Map(),
  pending: new Map(),
  revisions: new Map(),
  verdicts: new Map(),
};

/** An answer as read, with its offset on `qa.answers`. */
export interface AnswerAt {
  readonly answer: Answer;
  readonly offset: number;
}

/** What one step reads. */
export interface CalibrationInput {
  readonly answers: readonly AnswerAt[];
  readonly labels: readonly Feedback[];
  /** Offset after the last label. */
  readonly feedbackOffset: number;
  /** The clock closes the open window as far as it is: it is published, and again when it is full. @defaultValue false */
  readonly tick?: boolean;
}

/** A window to be published. */
export interface WindowCut {
  readonly ordinal: number;
  readonly revision: number;
  readonly rows: readonly CalibrationRow[];
  /** What was known of the partition when it was cut. */
  readonly standing: Standing;
}

/** What a step gives. */
export interface CalibrationStep {
  readonly state: CalibrationState;
  /**
   * Windows corrected, by ordinal; then, in the order of the answers that bring them about, windows closed, and the
   * newest one again where a change is noticed after its end.
   */
  readonly cuts: readonly WindowCut[];
}

/** Ordinals of the windows that hold row `ordinal`. */
function windowsOf(ordinal: number, { size, step }: WindowOptions): number[] {
  const last = Math.floor(ordinal / step);
  const first = Math.max(0, Math.ceil((ordinal - size + 1) / step));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

/** Number of windows closed once `count` answers are in. */
function closedWindows(count: number, { size, step }: WindowOptions): number {
  return count < size ? 0 : Math.floor((count - size) / step) + 1;
}

/** The part of a state that is a {@link Standing}. */
function standingOf({ count, untilMs, incident, noticedAt }: Standing): Standing {
  return { count, untilMs, incident, noticedAt };
}

/** What is known once an answer more is. */
function withAnswer({ count, untilMs, incident, noticedAt }: Standing, answer: Answer): Standing {
  const now = answer.gate?.incident ?? 0;
  return {
    count: count + 1,
    untilMs: Math.max(untilMs, answer.answeredAtMs),
    incident: Math.max(incident, now),
    noticedAt: now > incident ? count : noticedAt,
  };
}

/** Whether the open window holds answers that no record has told of. */
export function hasOpenAnswers(
  { count, closedByClock }: Pick<CalibrationState, 'count' | 'closedByClock'>,
  options: WindowOptions,
): boolean {
  return count > closedByClock && count > closedWindows(count, options) * options.step;
}

/** The row of an answer, matched if its label is already there. */
function rowOf(
  { answer, offset }: AnswerAt,
  label: Feedback | undefined,
  match: Matcher,
): CalibrationRow {
  const { style, text, extracted, duplicateOf } = answer;
  return {
    questionId: answer.questionId,
    offset,
    domain: answer.domain,
    confidences: confidencesOf(answer),
    correct: label === undefined ? null : match(answer, label),
    answer: duplicateOf === null ? { style, text, extracted } : null,
    alarm: answer.gate?.alarm ?? false,
    adapterVersion: answer.published.adapterVersion,
  };
}

/**
 * The fold `(state, answers and labels) → (state, windows)`. Pure; nothing is mutated. Labels may come
 * before or after their answers, in any order; a window that was published before its labels came is
 * published again as a new revision; so is one that the clock closed before it was full.
 *
 * A label names its question by id alone, and nothing tells which of several records it means. So it belongs to the
 * first answer of its id, an answer with `duplicateOf` takes none, and of several labels the newest counts.
 */
export function stepCalibration(
  state: CalibrationState,
  input: CalibrationInput,
  options: WindowOptions,
  match: Matcher,
): CalibrationStep {
  const rows = new Map(state.rows);
  const pending = new Map(state.pending);
  const revisions = new Map(state.revisions);
  const closedBefore = closedWindows(state.count, options);
  let { labelsRead } = state;
  let standing: Standing = standingOf(state);
  /** Windows to be cut, and what is known by then. */
  const due: { readonly ordinal: number; readonly standing: Standing }[] = [];
  for (const at of input.answers) {
    const { questionId, duplicateOf } = at.answer;
    const label = duplicateOf === null ? pending.get(questionId)?.label : undefined;
    if (label !== undefined) pending.delete(questionId);
    rows.set(standing.count, rowOf(at, label, match));
    const closed = closedWindows(standing.count, options);
    const noticed = (at.answer.gate?.incident ?? 0) > standing.incident;
    standing = withAnswer(standing, at.answer);
    const closes = closedWindows(standing.count, options) > closed;
    if (closes) due.push({ ordinal: closed, standing });
    else if (noticed && closed > 0) due.push({ ordinal: closed - 1, standing });
  }
  const { count } = standing;

  const labellable = new Map<string, number>();
  for (const [ordinal, row] of rows)
    if (row.answer !== null && !labellable.has(row.questionId))
      labellable.set(row.questionId, ordinal);
  const corrected = new Set<number>();
  for (const label of input.labels) {
    const ordinal = labelsRead++;
    const at = labellable.get(label.questionId);
    const row = at === undefined ? undefined : rows.get(at);
    const answer = row?.answer ?? null;
    if (at === undefined || row === undefined || answer === null) {
      // A newer label of the same question takes the older one's place, at the end of the line.
      pending.delete(label.questionId);
      pending.set(label.questionId, { label, ordinal });
      continue;
    }
    const correct = match(answer, label);
    if (correct === row.correct) continue;
    rows.set(at, { ...row, correct });
    for (const window of windowsOf(at, options))
      if (window < closedBefore || revisions.has(window)) corrected.add(window);
  }
  for (const id of pending.keys()) {
    if (pending.size <= PENDING_LABELS) break;
    pending.delete(id);
  }

  const closedNow = closedWindows(count, options);
  const cut = (ordinal: number, known: Standing): WindowCut => {
    const revision = (revisions.get(ordinal) ?? -1) + 1;
    revisions.set(ordinal, revision);
    const start = ordinal * options.step;
    const members = Array.from({ length: options.size }, (_, i) => rows.get(start + i));
    return {
      ordinal,
      revision,
      rows: members.filter((row) => row !== undefined),
      standing: known,
    };
  };
  const before = standingOf(state);
  const cuts = [
    ...[...corrected]
      .filter((ordinal) => ordinal >= closedBefore - options.correctable && revisions.has(ordinal))
      // One that closes now is published below, labels and all.
      .filter((ordinal) => ordinal < closedBefore || ordinal >= closedNow)
      .toSorted((a, b) => a - b)
      .map((ordinal) => cut(ordinal, before)),
    ...due
      // A window so old that corrections no longer reach it has lost its rows.
      .filter(({ ordinal }) => ordinal >= closedBefore || revisions.has(ordinal))
      .map(({ ordinal, standing: known }) => cut(ordinal, known)),
  ];
  let { closedByClock } = state;
  if (input.tick === true && hasOpenAnswers({ count, closedByClock }, options)) {
    cuts.push(cut(closedNow, standing));
    closedByClock = count;
  }

  // The newest window is kept in any case: a change noticed after its end is told with it.
  const oldestWindow = Math.max(0, closedNow - Math.max(1, options.correctable));
  for (const ordinal of rows.keys())
    if (ordinal < oldestWindow * options.step) rows.delete(ordinal);
  for (const ordinal of revisions.keys()) if (ordinal < oldestWindow) revisions.delete(ordinal);
  return {
    state: {
      ...standing,
      feedbackOffset: input.feedbackOffset,
      labelsRead,
      closedByClock,
      rows,
      pending,
      revisions,
      verdicts: state.verdicts,
    },
    cuts,
  };
}
