import { VERDICT_LEVELS, type Verdict, type VerdictLevel } from '../events/verdict.ts';
import { isMeasured, judgeEvidence, type Judgement } from './judge-evidence.ts';
import type { VerdictRules } from './verdict-rules.ts';
import { windowEvidence, type UnjudgedWindow, type WindowEvidence } from './window-evidence.ts';

/** Windows that have spoken for another level, one after the other. */
interface VerdictRun {
  /** The level nearest to the present one that any of them spoke for. */
  readonly level: VerdictLevel;
  /** End of the first of them, in answers of the partition. */
  readonly from: number;
}

/** What is remembered of a scope's windows; plain data. */
export interface VerdictState {
  readonly level: VerdictLevel;
  readonly sinceMs: number;
  /** Whether there has been data enough for any level. */
  readonly decided: boolean;
  readonly run: VerdictRun | null;
  readonly newest: WindowEvidence | null;
  readonly measured: WindowEvidence | null;
  readonly noticedAt: number | null;
  readonly answersSeen: number;
  readonly dataAtMs: number;
}

/** The state before any window. */
export const EMPTY_VERDICT: VerdictState = {
  level: 'not-enough-data',
  sinceMs: 0,
  decided: false,
  run: null,
  newest: null,
  measured: null,
  noticedAt: null,
  answersSeen: 0,
  dataAtMs: 0,
};

/** How bad a level is: 0 for trust. */
export function severityOf(level: VerdictLevel): number {
  return VERDICT_LEVELS.indexOf(level);
}

/** The newest window with labels enough, now that one more is known. */
function newestMeasured(
  known: WindowEvidence | null,
  seen: WindowEvidence,
  rules: VerdictRules,
): WindowEvidence | null {
  if (known !== null && seen.ordinal < known.ordinal) return known;
  if (isMeasured(seen, rules)) return seen;
  // A correction may take labels away.
  return known?.ordinal === seen.ordinal ? null : known;
}

interface Taken {
  readonly level: VerdictLevel;
  readonly run: VerdictRun | null;
}

/** The level after a judgement: another one is taken at once, or after a run of `dwell` answers. */
function takeLevel({ level, run, decided }: VerdictState, judged: Judgement, dwell: number): Taken {
  const now = severityOf(level);
  const next = severityOf(judged.level);
  if (next === now) return { level, run: null };
  const worse = next > now;
  if (!decided) return { level: judged.level, run: null };
  if (worse && judged.atOnce) return { level: judged.level, run: null };
  if (!worse && !judged.mayImprove) return { level, run: null };
  const { end } = judged.window;
  const goesOn = run !== null && severityOf(run.level) > now === worse && end >= run.from;
  if (!goesOn) return { level, run: { level: judged.level, from: end } };
  const nearest = worse
    ? Math.min(severityOf(run.level), next)
    : Math.max(severityOf(run.level), next);
  const going: VerdictRun = { level: VERDICT_LEVELS[nearest] as VerdictLevel, from: run.from };
  return end - run.from >= dwell ? { level: going.level, run: null } : { level, run: going };
}

/** A level in words. */
export function verdictWord(level: VerdictLevel): string {
  return level.replaceAll('-', ' ');
}

/** The clause as a sentence; where the level waits, it says so. */
function sentenceOf(taken: Taken, judged: Judgement, dwell: number): string {
  const { level, run } = taken;
  const text =
    level === judged.level
      ? judged.reason
      : run === null
        ? `${judged.reason}; until then "${verdictWord(level)}" stays`
        : `${judged.reason}; "${verdictWord(level)}" stays until that has held for ${dwell} answers`;
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

/**
 * The fold `(state, window) → (state, verdict)` of one scope of one partition. Pure; its only time is that of the
 * records. Windows come in the order in which they were published, corrections among them.
 *
 * The level is that of the newest evidence, but another one is taken only after every window over `rules.dwell`
 * answers has spoken for it, so that two changes lie further apart than that. Without waiting: the first level, mistrust
 * where the error's band lies far above the limit, and caution where the gate notices a change.
 */
export function stepVerdict(
  state: VerdictState,
  window: UnjudgedWindow,
  rules: VerdictRules,
): { readonly state: VerdictState; readonly verdict: Verdict } {
  const seen = windowEvidence(window, rules);
  const newest =
    state.newest === null || seen.ordinal >= state.newest.ordinal ? seen : state.newest;
  const measured = newestMeasured(state.measured, seen, rules);
  const noticedAt = window.drift?.noticedAt ?? state.noticedAt;
  const answersSeen = Math.max(state.answersSeen, window.answersSeen ?? seen.end);
  const dataAtMs = Math.max(state.dataAtMs, window.seenUntilMs ?? window.closedAtMs);
  const judged = judgeEvidence({ newest, measured, noticedAt, answersSeen }, rules);
  const taken = takeLevel(state, judged, rules.dwell);
  const isFirst = state.newest === null;
  const sinceMs = isFirst || taken.level !== state.level ? dataAtMs : state.sinceMs;
  return {
    state: {
      ...taken,
      decided: state.decided || taken.level !== 'not-enough-data',
      sinceMs,
      newest,
      measured,
      noticedAt,
      answersSeen,
      dataAtMs,
    },
    verdict: {
      level: taken.level,
      code: taken.level === judged.level ? judged.code : 'held',
      reason: sentenceOf(taken, judged, rules.dwell),
      basis: judged.basis,
      sinceMs,
      n: judged.window.n,
      labelled: judged.window.labelled,
      dataAtMs,
    },
  };
}
