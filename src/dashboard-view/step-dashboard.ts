import { actingAfter, type AdapterDecision } from '../events/adapter-decision.ts';
import type { AdapterRecord } from '../events/adapter.ts';
import type { Answer, GateReading } from '../events/answer.ts';
import type { CalibrationWindow } from '../events/calibration-window.ts';
import type { DeadLetter } from '../events/dead-letter.ts';
import type { Feedback } from '../events/feedback.ts';
import type { TrainingBatch } from '../events/training-batch.ts';
import type { DashboardInput } from './dashboard-input.ts';
import { sourceTitle } from '../report/score-title.ts';
import { addToBoard, POOLED_SCOPE } from '../verdict/verdict-board.ts';
import { DASHBOARD_LIMITS as LIMITS } from './dashboard-limits.ts';
import type {
  AdapterEvent,
  DashboardCounts,
  DashboardState,
  LabelMatcher,
  LatestAnswer,
  SeenAnswer,
  ShownLetter,
} from './dashboard-state.ts';
import { idKey } from './id-key.ts';
import { shownName, shownText } from './shown-text.ts';
import { traceCommand } from './trace-command.ts';

/** UTF-16 code units that a labellable label takes. */
function charsOf({ questionId, acceptedAnswers }: Feedback): number {
  return acceptedAnswers.reduce((sum, text) => sum + text.length, questionId.length);
}

/** Each statistic over its threshold; those without a positive threshold cannot be drawn on one axis. */
function driftRatios(gate: GateReading | null): Record<string, number> {
  if (gate === null) return {};
  const ratios = Object.entries(gate.statistics).flatMap(([name, statistic]) => {
    const threshold = gate.thresholds[name] ?? 0;
    const ratio = statistic / threshold;
    return threshold > 0 && Number.isFinite(ratio) ? [[shownName(name, LIMITS.name), ratio]] : [];
  });
  return Object.fromEntries(ratios.slice(0, LIMITS.driftLines)) as Record<string, number>;
}

/** The published confidence; one that is no fraction is none. */
function confidenceOf({ published: { value } }: Answer): number | null {
  return value !== null && value >= 0 && value <= 1 ? value : null;
}

function latestOf(answer: Answer, index: number): LatestAnswer {
  const { questionId, text, extracted, published, gate } = answer;
  return {
    index,
    questionId: shownName(questionId, LIMITS.name),
    trace: traceCommand(questionId),
    domain: shownName(answer.domain, LIMITS.name),
    text: shownText(text, LIMITS.text),
    extracted: extracted === null ? null : shownText(extracted, LIMITS.text),
    confidence: confidenceOf(answer),
    source: shownName(sourceTitle(published.source), LIMITS.name),
    adapterVersion: published.adapterVersion,
    burst: gate?.burst ?? 0,
    alarm: gate?.alarm ?? false,
    late: answer.late,
    repeated: answer.duplicateOf !== null,
    finishReason: answer.finishReason,
    answeredAtMs: answer.answeredAtMs,
    durationMs: answer.durationMs,
  };
}

function seenOf(answer: Answer, index: number, correct: boolean | null): SeenAnswer {
  const { style, text, extracted, gate, published, duplicateOf } = answer;
  const matchable = duplicateOf === null && text.length <= LIMITS.matchableChars;
  return {
    index,
    key: idKey(answer.questionId),
    partition: answer.sourcePartition,
    domain: shownName(answer.domain, LIMITS.name),
    correct,
    confidences: { published: confidenceOf(answer) },
    burst: gate?.burst ?? 0,
    incident: gate?.incident ?? 0,
    adapterVersion: published.adapterVersion,
    answeredAtMs: answer.answeredAtMs,
    alarm: gate?.alarm ?? false,
    drift: driftRatios(gate),
    answer: matchable ? { style, text, extracted } : null,
  };
}

const QUIET_EVENT = {
  code: 'none',
  reason: '',
  activeVersion: null,
  samples: null,
  loss: null,
  heldOutError: null,
  durationMs: null,
} as const;

function batchEvent({ lineage, ordinal, samples }: TrainingBatch, atMs: number): AdapterEvent {
  const name = shownName(lineage, LIMITS.name);
  return {
    ...QUIET_EVENT,
    atMs,
    lineage: name,
    version: ordinal,
    kind: 'batch',
    samples: samples.length,
  };
}

function trainedEvent(record: AdapterRecord, atMs: number): AdapterEvent {
  return {
    ...QUIET_EVENT,
    atMs,
    lineage: shownName(record.lineage, LIMITS.name),
    version: record.version,
    kind: 'trained',
    samples: record.trainedOn.length,
    loss: record.loss,
    heldOutError: record.heldOutError,
    durationMs: record.durationMs,
  };
}

function decisionEvent(made: AdapterDecision): AdapterEvent {
  return {
    ...QUIET_EVENT,
    atMs: made.decidedAtMs,
    lineage: shownName(made.lineage, LIMITS.name),
    version: made.version,
    kind: made.decision,
    code: shownName(made.code, LIMITS.name),
    reason: shownName(made.reason, LIMITS.text),
    activeVersion: made.activeVersion,
  };
}

function letterOf(letter: DeadLetter): ShownLetter {
  return {
    topic: shownName(letter.sourceTopic, LIMITS.name),
    partition: letter.sourcePartition,
    offset: letter.sourceOffset,
    code: shownName(letter.code, LIMITS.name),
    reason: shownName(letter.reason, LIMITS.text),
    bytes: letter.value?.length ?? null,
    failedAtMs: letter.failedAtMs,
  };
}

/** The windows with one more; an older revision changes nothing, nor does one of a window that made room for newer ones. */
function addWindow(windows: Map<string, CalibrationWindow>, window: CalibrationWindow): void {
  const { scope, sourcePartition, ordinal, revision } = window;
  if (scope !== POOLED_SCOPE) return;
  const key = `${sourcePartition}/${ordinal}`;
  const known = windows.get(key);
  if (known !== undefined && known.revision > revision) return;
  const madeRoom =
    known === undefined &&
    windows.size >= LIMITS.windows &&
    [...windows.values()].some(
      (other) => other.sourcePartition === sourcePartition && other.ordinal > ordinal,
    );
  if (madeRoom) return;
  windows.set(key, window);
  for (const oldest of windows.keys()) {
    if (windows.size <= LIMITS.windows) break;
    windows.delete(oldest);
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * The fold `(state, committed records) → state` behind the live page. Pure; nothing is mutated. Bounded by
 * `DASHBOARD_LIMITS`, whatever the records hold; texts in it are cut and cleaned.
 *
 * Records of one topic come in their order; between topics any order does. As in calibration windows, a label belongs
 * to the first answer of its id, an answer with `duplicateOf` takes none, and of several labels the newest counts.
 *
 * @param match - Compares answers with labels. Called on whole texts.
 * @remarks O(records + kept rows) a step: give it many records at once.
 */
export function stepDashboard(
  state: DashboardState,
  inputs: readonly DashboardInput[],
  match: LabelMatcher,
): DashboardState {
  if (inputs.length === 0) return state;
  const counts: Mutable<DashboardCounts> = { ...state.counts };
  const rows = [...state.rows];
  const latest = [...state.latest];
  const pending = new Map(state.pending);
  const windows = new Map(state.windows);
  const events = [...state.adapterEvents];
  const letters = [...state.letters];
  const letterCodes = new Map(Object.entries(state.letterCodes));
  let { pendingChars, activeVersion, frozen, model, verdicts } = state;

  /** Places of answers that a label can still reach, by id; the first one of an id. */
  const labellable = new Map<string, number>();
  for (const [place, { answer, key }] of rows.entries())
    if (answer !== null && !labellable.has(key)) labellable.set(key, place);

  const forget = (key: string): Feedback | undefined => {
    const label = pending.get(key);
    if (label === undefined) return undefined;
    pending.delete(key);
    pendingChars -= charsOf(label);
    return label;
  };
  const addAnswer = (answer: Answer): void => {
    const index = counts.answers;
    const label = answer.duplicateOf === null ? forget(idKey(answer.questionId)) : undefined;
    const correct = label === undefined ? null : match(answer, label);
    const seen = seenOf(answer, index, correct);
    if (seen.answer !== null && !labellable.has(seen.key)) labellable.set(seen.key, rows.length);
    rows.push(seen);
    latest.push(latestOf(answer, index));
    if (latest.length > LIMITS.latest) latest.shift();
    counts.answers += 1;
    if (correct !== null) counts.labelled += 1;
    if (confidenceOf(answer) === null) counts.missing += 1;
    if (seen.alarm) counts.alarms += 1;
    model = shownName(answer.model, LIMITS.name);
  };
  const addLabel = (label: Feedback): void => {
    counts.labels += 1;
    const key = idKey(label.questionId);
    const place = labellable.get(key);
    const row = place === undefined ? undefined : rows[place];
    const answer = row?.answer ?? null;
    if (place === undefined || row === undefined || answer === null) {
      forget(key);
      pending.set(key, label);
      pendingChars += charsOf(label);
      for (const oldest of pending.keys()) {
        if (pending.size <= LIMITS.pendingLabels && pendingChars <= LIMITS.pendingChars) break;
        forget(oldest);
      }
      return;
    }
    const correct = match(answer, label);
    counts.labelled += (correct === null ? 0 : 1) - (row.correct === null ? 0 : 1);
    rows[place] = { ...row, correct };
  };
  const addDecision = (made: AdapterDecision): void => {
    events.push(decisionEvent(made));
    activeVersion = actingAfter(activeVersion, made);
    if (made.decision === 'frozen') frozen = true;
    if (made.decision === 'unfrozen') frozen = false;
    if (made.decision === 'refused') counts.refused += 1;
    if (made.decision === 'rolled-back') counts.rolledBack += 1;
  };
  const addLetter = (letter: DeadLetter): void => {
    counts.deadLetters += 1;
    const shown = letterOf(letter);
    letters.push(shown);
    if (letters.length > LIMITS.deadLetters) letters.shift();
    const known = letterCodes.has(shown.code) || letterCodes.size < LIMITS.deadLetterCodes;
    const code = known ? shown.code : 'other';
    letterCodes.set(code, (letterCodes.get(code) ?? 0) + 1);
  };

  for (const input of inputs) {
    switch (input.kind) {
      case 'answer':
        addAnswer(input.value);
        break;
      case 'label':
        addLabel(input.value);
        break;
      case 'window':
        addWindow(windows, input.value);
        verdicts = addToBoard(verdicts, input.value, LIMITS.verdicts);
        break;
      case 'batch':
        counts.batches += 1;
        events.push(batchEvent(input.value, input.atMs));
        break;
      case 'adapter':
        counts.trained += 1;
        events.push(trainedEvent(input.value, input.atMs));
        break;
      case 'decision':
        addDecision(input.value);
        break;
      case 'dead-letter':
        addLetter(input.value);
        break;
      case 'unreadable':
        counts.unreadable += 1;
        break;
    }
  }
  return {
    counts,
    rows: rows.slice(-LIMITS.answers),
    latest,
    pending,
    pendingChars,
    windows,
    verdicts,
    // A finished run is read topic by topic; what happened is told in the order in which it did.
    adapterEvents: events.toSorted((a, b) => a.atMs - b.atMs).slice(-LIMITS.adapterEvents),
    activeVersion,
    frozen,
    letters,
    letterCodes: Object.fromEntries(letterCodes),
    model,
  };
}
