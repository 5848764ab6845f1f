import type { CalibrationWindow } from '../events/calibration-window.ts';
import { courseView } from './course-view.ts';
import { DASHBOARD_LIMITS as LIMITS } from './dashboard-limits.ts';
import type { DashboardModel, HeadView, WindowView } from './dashboard-model.ts';
import type { DashboardState, SeenAnswer } from './dashboard-state.ts';
import { driftOf } from './drift-of.ts';
import { shownName } from './shown-text.ts';
import { standingOf, type StandingOptions } from './standing-of.ts';
import { verdictView } from './verdict-view.ts';

/** How far back the rate is taken. */
const RATE_MS = 60_000;

/** What the page is told besides records. */
export interface ShowDashboardOptions extends StandingOptions {
  /** Name of the run. */
  readonly title: string;
  readonly topology: string;
}

/** Answers a second over the last minute before the newest one. */
function rateOf(rows: readonly SeenAnswer[]): number | null {
  const last = rows.at(-1)?.answeredAtMs;
  if (last === undefined) return null;
  const times = rows
    .map(({ answeredAtMs }) => answeredAtMs)
    .filter((ms) => ms >= last - RATE_MS && ms <= last);
  const first = times.reduce((least, ms) => Math.min(least, ms), last);
  return first === last ? null : ((times.length - 1) * 1000) / (last - first);
}

function headOf(state: DashboardState, { title, topology }: ShowDashboardOptions): HeadView {
  const last = state.rows.at(-1);
  return {
    // A title may be the name in a stream's file.
    title: shownName(title, LIMITS.text),
    topology: shownName(topology, LIMITS.name),
    model: state.model,
    counts: state.counts,
    lastAnswerAtMs: last?.answeredAtMs ?? null,
    questionsPerSecond: rateOf(state.rows),
    activeVersion: state.activeVersion,
    frozen: state.frozen,
    burst: last?.burst ?? 0,
    incidents: state.rows.reduce((most, { incident = 0 }) => Math.max(most, incident), 0),
  };
}

function windowView(window: CalibrationWindow): WindowView {
  const { sourcePartition, ordinal, revision, answers, labelled, accuracy, closedAtMs } = window;
  const published = window.metrics.find(({ score }) => score === 'published');
  return {
    partition: sourcePartition,
    ordinal,
    revision,
    answers,
    labelled,
    accuracy,
    ece: published?.ece ?? null,
    eceFloor: published?.eceFloor ?? null,
    mean: published?.mean ?? null,
    closedAtMs,
  };
}

/**
 * What the page shows of a state.
 *
 * @remarks Deterministic. About 50 ms for a full state, for bands and floors: call it no oftener than people look.
 */
export function showDashboard(
  state: DashboardState,
  options: ShowDashboardOptions,
): DashboardModel {
  const { rows } = state;
  const correct = new Map(rows.map((row) => [row.index, row.correct]));
  const { standing, reliability } = standingOf(rows.slice(-LIMITS.standing), options);
  return {
    head: headOf(state, options),
    verdict: verdictView(state.verdicts),
    standing,
    reliability,
    course: courseView(rows, options),
    drift: driftOf(rows),
    adapters: state.adapterEvents.toReversed(),
    answers: state.latest
      .map((answer) => ({ ...answer, correct: correct.get(answer.index) ?? null }))
      .toReversed(),
    windows: [...state.windows.values()].toReversed().map(windowView),
    deadLetters: { codes: state.letterCodes, letters: state.letters.toReversed() },
  };
}
