import {
  BY_HAND_CODE,
  FROZEN_CODE,
  OUTDATED_CODE,
  type AdapterDecision,
} from '../events/adapter-decision.ts';
import type { CalibrationWindow } from '../events/calibration-window.ts';
import { addToBoard, type VerdictBoard } from '../verdict/verdict-board.ts';

/** One thing that alerts take note of. */
export type AlertInput =
  | { readonly kind: 'window'; readonly value: CalibrationWindow }
  | { readonly kind: 'decision'; readonly value: AdapterDecision }
  /** Answers, or dead letters, that were committed; the newest of them at that time. */
  | { readonly kind: 'answers' | 'dead-letters'; readonly count: number; readonly atMs: number };

/** Records within one minute. */
interface Minute {
  readonly minute: number;
  readonly answers: number;
  readonly deadLetters: number;
}

/** What alerts know; bounded. */
export interface AlertFacts {
  readonly board: VerdictBoard;
  /** When adapters were refused, or rolled back, for a reason of their own, newest last. */
  readonly refusedAtMs: readonly number[];
  /** Oldest first. */
  readonly minutes: readonly Minute[];
  /** When the newest answer was committed; `null`: none is known. */
  readonly lastAnswerAtMs: number | null;
}

/** Nothing known yet. */
export const NO_FACTS: AlertFacts = {
  board: new Map(),
  refusedAtMs: [],
  minutes: [],
  lastAnswerAtMs: null,
};

/** Scopes, refusals and minutes that are remembered at most. */
const MOST_SCOPES = 256;
const MOST_REFUSALS = 1000;
const MOST_MINUTES = 24 * 60;

const MINUTE_MS = 60_000;

/** Refusals and roll-backs that say nothing of the adapter: it came too late, or somebody wanted it so. */
const NO_NEWS: ReadonlySet<string> = new Set([OUTDATED_CODE, FROZEN_CODE, BY_HAND_CODE]);

function countIn(
  minutes: readonly Minute[],
  { kind, count, atMs }: Extract<AlertInput, { count: number }>,
): readonly Minute[] {
  const minute = Math.floor(atMs / MINUTE_MS);
  const known = minutes.find((candidate) => candidate.minute === minute);
  const answers = (known?.answers ?? 0) + (kind === 'answers' ? count : 0);
  const deadLetters = (known?.deadLetters ?? 0) + (kind === 'dead-letters' ? count : 0);
  return [
    ...minutes.filter((candidate) => candidate.minute !== minute),
    { minute, answers, deadLetters },
  ]
    .toSorted((a, b) => a.minute - b.minute)
    .slice(-MOST_MINUTES);
}

/**
 * The fold `(facts, input) → facts`. Pure; nothing is mutated.
 *
 * @param minimumLabelled - Labelled answers that a window needs, for its calibration error to count. @defaultValue 1
 */
export function noteFact(facts: AlertFacts, input: AlertInput, minimumLabelled = 1): AlertFacts {
  switch (input.kind) {
    case 'window': {
      const board = addToBoard(facts.board, input.value, MOST_SCOPES, minimumLabelled);
      return { ...facts, board };
    }
    case 'decision': {
      const { decision, code, decidedAtMs } = input.value;
      if (decision !== 'refused' && decision !== 'rolled-back') return facts;
      if (NO_NEWS.has(code)) return facts;
      const refusedAtMs = [...facts.refusedAtMs, decidedAtMs].slice(-MOST_REFUSALS);
      return { ...facts, refusedAtMs };
    }
    case 'answers':
      return {
        ...facts,
        minutes: countIn(facts.minutes, input),
        lastAnswerAtMs: Math.max(facts.lastAnswerAtMs ?? input.atMs, input.atMs),
      };
    case 'dead-letters':
      return { ...facts, minutes: countIn(facts.minutes, input) };
  }
}

/** Records of the minutes that began within the last so many. */
export function recentRecords(
  { minutes }: AlertFacts,
  nowMs: number,
  span: number,
): { readonly answers: number; readonly deadLetters: number } {
  const from = Math.floor(nowMs / MINUTE_MS) - span;
  const recent = minutes.filter(({ minute }) => minute > from);
  return {
    answers: recent.reduce((sum, { answers }) => sum + answers, 0),
    deadLetters: recent.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
  };
}
