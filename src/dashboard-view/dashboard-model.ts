import type { ReliabilityBin } from '../calibration/reliability-diagram.ts';
import type { VerdictBasis } from '../events/verdict.ts';
import type { AdapterChange } from '../report/adapter-changes.ts';
import type { BurstRun } from '../report/burst-runs.ts';
import type { CoursePoint, DomainRun } from '../report/course.ts';
import type {
  AdapterEvent,
  DashboardCounts,
  LatestAnswer,
  ShownLetter,
} from './dashboard-state.ts';

/** A 95% band. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

/** What the page says of the stream as a whole. */
export interface HeadView {
  /** Name of the run, e.g. of its stream. */
  readonly title: string;
  readonly topology: string;
  /** `null` before the first answer. */
  readonly model: string | null;
  readonly counts: DashboardCounts;
  readonly lastAnswerAtMs: number | null;
  /** Over the newest answers of the last minute before the newest one; `null` below two. */
  readonly questionsPerSecond: number | null;
  readonly activeVersion: number;
  readonly frozen: boolean;
  /** Ordinal of the burst that the newest answer stands in; 0: none. */
  readonly burst: number;
  readonly incidents: number;
}

/** What is known with labels: counted, not guessed. Metrics are `null` where undefined. */
export interface MeasuredView {
  /** Answers with a confidence and a label. */
  readonly n: number;
  readonly accuracy: number | null;
  readonly accuracyBand: Band | null;
  readonly ece: number | null;
  readonly eceBand: Band | null;
  /** ECE that perfect calibration would show with these confidences. */
  readonly eceFloor: { readonly mean: number; readonly p95: number } | null;
  readonly brier: number | null;
  readonly auroc: number | null;
  readonly meanConfidence: number | null;
}

/** What the confidences say of themselves, without labels. Right only if they are calibrated. */
export interface EstimatedView {
  /** Answers with a confidence. */
  readonly n: number;
  /** Mean confidence. */
  readonly accuracy: number | null;
  readonly auroc: number | null;
}

/** The newest answers in figures. */
export interface StandingView {
  /** Answers that the figures are over, labelled or not. */
  readonly answers: number;
  /** Of them without a confidence. */
  readonly missing: number;
  readonly measured: MeasuredView;
  readonly estimated: EstimatedView;
  /** What `ece` is. */
  readonly definition: string;
}

/** A reliability diagram of the newest answers. */
export interface ReliabilityView {
  readonly n: number;
  readonly bins: readonly ReliabilityBin[];
  readonly definition: string;
}

/** A point of {@link CourseView}. */
export interface CoursePointView extends CoursePoint {
  /** Mean confidence of all answers of the window, labelled or not. */
  readonly estimated: number | null;
}

/** Rolling metrics over the newest answers, and what happened meanwhile. */
export interface CourseView {
  /** Answers in a rolling window. */
  readonly window: number;
  readonly from: number;
  readonly to: number;
  readonly points: readonly CoursePointView[];
  readonly bursts: readonly BurstRun[];
  readonly changes: readonly AdapterChange[];
  readonly domains: readonly DomainRun[];
}

/** One line of the drift plot. */
export interface DriftLine {
  readonly name: string;
  readonly partition: number;
  /** Index of the answer, and the largest statistic up to the next point over its threshold. */
  readonly points: readonly (readonly [index: number, ratio: number])[];
}

/** The gate's statistics over their thresholds: at 1 a detector fires. */
export interface DriftView {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly DriftLine[];
  /** Lines beyond the limit, which are not drawn. */
  readonly linesLeftOut: number;
  /** Where a detector fired, by index. */
  readonly alarms: readonly number[];
  /** Where a change was noticed. */
  readonly incidents: readonly { readonly index: number; readonly incident: number }[];
}

/** A closed window, as committed. */
export interface WindowView {
  readonly partition: number;
  readonly ordinal: number;
  readonly revision: number;
  readonly answers: number;
  readonly labelled: number;
  readonly accuracy: number | null;
  readonly ece: number | null;
  readonly eceFloor: number | null;
  readonly mean: number | null;
  readonly closedAtMs: number;
}

/** A verdict as the page shows it. */
export interface VerdictRow {
  readonly partition: number;
  readonly scope: string;
  /** Its level in words. */
  readonly word: string;
  readonly reason: string;
  readonly basis: VerdictBasis;
  /** Answers with a confidence in the window that it rests on, and how many of them have a label. */
  readonly n: number;
  readonly labelled: number;
  readonly sinceMs: number | null;
  /** When the newest answer that it knows of was given. */
  readonly dataAtMs: number | null;
}

/** The one verdict: the worst of the partitions', over all domains. */
export interface VerdictView extends VerdictRow {
  /** By partition and domain, the one renewed last first. */
  readonly scopes: readonly VerdictRow[];
}

/** What the page shows; plain data, by section, so that what did not change need not be sent. */
export interface DashboardModel {
  readonly head: HeadView;
  readonly verdict: VerdictView;
  readonly standing: StandingView;
  readonly reliability: ReliabilityView;
  readonly course: CourseView;
  readonly drift: DriftView;
  /** Newest first. */
  readonly adapters: readonly AdapterEvent[];
  /** Newest first. */
  readonly answers: readonly (LatestAnswer & { readonly correct: boolean | null })[];
  /** Newest first. */
  readonly windows: readonly WindowView[];
  readonly deadLetters: {
    readonly codes: Readonly<Record<string, number>>;
    /** Newest first. */
    readonly letters: readonly ShownLetter[];
  };
}
