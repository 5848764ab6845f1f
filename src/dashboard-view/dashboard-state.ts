import type { Answer } from '../events/answer.ts';
import type { CalibrationWindow } from '../events/calibration-window.ts';
import type { AdapterDecision } from '../events/adapter-decision.ts';
import type { BeforeAfter } from '../events/adapter.ts';
import type { Feedback } from '../events/feedback.ts';
import type { ReplayRow } from '../report/replay-summary.ts';
import type { VerdictBoard } from '../verdict/verdict-board.ts';
import type { ShownText } from './shown-text.ts';

/** What matching a label needs of an answer. */
export type MatchableAnswer = Pick<Answer, 'style' | 'text' | 'extracted'>;

/** Whether an answer is right by its label; `null`: the label does not tell. */
export type LabelMatcher = (answer: MatchableAnswer, label: Feedback) => boolean | null;

/** What is kept of an answer for plots and metrics. */
export interface SeenAnswer extends ReplayRow {
  /** {@link idKey} of its question. */
  readonly key: string;
  readonly partition: number;
  readonly answeredAtMs: number;
  readonly alarm: boolean;
  /** Each detector's statistic over its threshold, by name: 1 is where it fires. */
  readonly drift: Readonly<Record<string, number>>;
  /** What a label is matched with; `null` for a repeated id, which takes none, and for a very long text. */
  readonly answer: MatchableAnswer | null;
}

/** An answer as it is shown. */
export interface LatestAnswer {
  /** {@link ReplayRow.index}. */
  readonly index: number;
  readonly questionId: string;
  /** `secl trace …`; `null` where the id is not safe to copy. */
  readonly trace: string | null;
  readonly domain: string | null;
  readonly text: ShownText;
  readonly extracted: ShownText | null;
  /** Fraction in `[0, 1]`; `null`: missing. */
  readonly confidence: number | null;
  /** Title of the score that the confidence is. */
  readonly source: string;
  readonly adapterVersion: number;
  readonly burst: number;
  readonly alarm: boolean;
  readonly late: boolean;
  readonly repeated: boolean;
  readonly finishReason: string;
  readonly answeredAtMs: number;
  readonly durationMs: number;
}

/** A dead letter as it is shown. */
export interface ShownLetter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly code: string;
  readonly reason: string;
  /** Bytes of its value; `null`: it had none. */
  readonly bytes: number | null;
  readonly failedAtMs: number;
}

/** Something that happened to adapters. */
export interface AdapterEvent {
  readonly atMs: number;
  readonly lineage: string;
  readonly version: number;
  /** `batch`: questions were collected; `trained`: a trainer wrote the version; else a decision. */
  readonly kind: 'batch' | 'trained' | AdapterDecision['decision'];
  /** A code for machines; `none`: nothing is wrong. */
  readonly code: string;
  readonly reason: string;
  /** Version that acts from then on; `null`: this says nothing about it. */
  readonly activeVersion: number | null;
  /** Samples in the batch, or distinct questions trained on; `null`: neither. */
  readonly samples: number | null;
  readonly loss: BeforeAfter | null;
  readonly heldOutError: BeforeAfter | null;
  readonly durationMs: number | null;
}

/** Records read so far, by what they are. */
export interface DashboardCounts {
  readonly answers: number;
  /** Answers with a label, all of the stream's. */
  readonly labelled: number;
  /** Answers without a confidence. */
  readonly missing: number;
  readonly labels: number;
  readonly deadLetters: number;
  readonly batches: number;
  /** Versions that a trainer wrote. */
  readonly trained: number;
  readonly refused: number;
  readonly rolledBack: number;
  /** Answers at which a detector fired. */
  readonly alarms: number;
  /** Records that this version cannot read. */
  readonly unreadable: number;
}

/** Everything the page knows; bounded by `DASHBOARD_LIMITS`. */
export interface DashboardState {
  readonly counts: DashboardCounts;
  /** Newest answers, oldest first, in the order in which they were read. */
  readonly rows: readonly SeenAnswer[];
  readonly latest: readonly LatestAnswer[];
  /** Labels that wait for their answer, by {@link idKey}, oldest first. */
  readonly pending: ReadonlyMap<string, Feedback>;
  readonly pendingChars: number;
  /** Newest revisions of the newest windows over all domains, by partition and ordinal. */
  readonly windows: ReadonlyMap<string, CalibrationWindow>;
  readonly verdicts: VerdictBoard;
  /** Oldest first, by when they happened. */
  readonly adapterEvents: readonly AdapterEvent[];
  readonly activeVersion: number;
  readonly frozen: boolean;
  readonly letters: readonly ShownLetter[];
  /** Dead letters by code. */
  readonly letterCodes: Readonly<Record<string, number>>;
  readonly model: string | null;
}

/** The state before any record. */
export const EMPTY_DASHBOARD: DashboardState = {
  counts: {
    answers: 0,
    labelled: 0,
    missing: 0,
    labels: 0,
    deadLetters: 0,
    batches: 0,
    trained: 0,
    refused: 0,
    rolledBack: 0,
    alarms: 0,
    unreadable: 0,
  },
  rows: [],
  latest: [],
  pending: new Map(),
  pendingChars: 0,
  windows: new Map(),
  verdicts: new Map(),
  adapterEvents: [],
  activeVersion: 0,
  frozen: false,
  letters: [],
  letterCodes: {},
  model: null,
};
