import type { ForwardTokens } from '../events/answer.ts';
import { SCORE_NAMES, type ScoreName } from '../events/score.ts';
import type { LabelCounts } from './label-counts.ts';

/** The confidences a replay is judged by: every score, and the one that was published. */
export const REPORTED_SCORES = [...SCORE_NAMES, 'published'] as const;

/** One of {@link REPORTED_SCORES}. */
export type ReportedScore = ScoreName | 'published';

/** One answer of a replay, as the report sees it. */
export interface ReplayRow {
  /** Position of the question in the stream, from 0. */
  readonly index: number;
  readonly domain: string | null;
  /** `null` where no label is known. */
  readonly correct: boolean | null;
  /** Fraction in `[0, 1]` by score; `null` or absent: missing. */
  readonly confidences: Readonly<Partial<Record<ReportedScore, number | null>>>;
  /** Partition that the question came from: bursts and incidents are counted in each by itself. @defaultValue 0 */
  readonly partition?: number;
  /** Ordinal of the burst it stands in, from 1; 0 or absent: none was open. */
  readonly burst?: number;
  /** Changes that the gate had noticed by then. @defaultValue 0 */
  readonly incident?: number;
  /** Version of the adapter that acted; 0 or absent: none. */
  readonly adapterVersion?: number;
}

/** What the loop did in a run. */
export interface LoopSummary {
  /** Kind of the gate, e.g. `drift`. */
  readonly gate: string;
  readonly bursts: number;
  /** Answers that stand in bursts. */
  readonly questionsInBursts: number;
  /** Changes noticed, the beginning included; alarms for one change merged. */
  readonly incidents: number;
  /** Answers at which a detector fired. */
  readonly alarms: number;
  readonly adapters: AdapterCounts;
}

/** What became of a run's adapters; a version that was put in place and taken away again counts twice. */
export interface AdapterCounts {
  readonly accepted: number;
  /** Those that could not be trained included. */
  readonly refused: number;
  readonly rolledBack: number;
  /** Version that acts at the end; 0: none. */
  readonly active: number;
}

/** One confidence over one set of answers; metrics are `null` where undefined. */
export interface ScoreMetrics {
  /** Answers counted: those with this confidence and a label. */
  readonly n: number;
  /** Answers without this confidence. */
  readonly missing: number;
  /** Expected calibration error; see {@link ReplaySummary.definition}. */
  readonly ece: number | null;
  /** 95% band of `ece`; `null` for few answers. */
  readonly eceInterval: { readonly low: number; readonly high: number } | null;
  /** ECE that perfect calibration would show with these confidences: mean and 95th percentile. */
  readonly eceFloor: { readonly mean: number; readonly p95: number } | null;
  readonly brier: number | null;
  /** `null` with one class. */
  readonly auroc: number | null;
  /** Mean confidence. */
  readonly mean: number | null;
}

/** Answers of one domain, or of all, under every confidence. */
export interface ScopeSummary extends LabelCounts, Readonly<Record<ReportedScore, ScoreMetrics>> {}

/** What `secl replay --json` prints; `schemas/replay-summary.schema.json` describes it. */
export interface ReplaySummary {
  /** Input records, dead letters included. */
  readonly questions: number;
  readonly answered: number;
  readonly deadLettered: number;
  /** Whether the whole input was consumed; `false`: interrupted, and the same command goes on. */
  readonly complete: boolean;
  /** Positions computed, not served from a cache; a training position counts three. */
  readonly forwardTokens: ForwardTokens;
  /** Distinct questions in accepted training batches, over answered ones. */
  readonly trainedFraction: number;
  /** Answers that a P(True) was asked for, over all. */
  readonly scoredFraction: number;
  /** What the loop did; `null` where nothing is trained. */
  readonly loop: LoopSummary | null;
  readonly pooled: ScopeSummary;
  /** By domain, in order of first appearance. */
  readonly domains: Readonly<Record<string, ScopeSummary>>;
  /** Mean of the domains' ECEs by confidence, over domains where it has one. */
  readonly meanDomainEce: Readonly<Record<ReportedScore, number | null>>;
  /** What the numbers mean. */
  readonly definition: SummaryDefinition;
}

/** Conventions behind the numbers of a {@link ReplaySummary}. */
export interface SummaryDefinition {
  /** Estimator of `ece`, e.g. `ece-equal-width`. */
  readonly estimator: string;
  readonly bins: number;
  readonly edgeRule: string;
  /** How `eceInterval` was made. */
  readonly interval: {
    readonly kind: 'reflected';
    readonly level: number;
    readonly resamples: number;
  };
  /** Simulations behind `eceFloor`. */
  readonly floorSimulations: number;
  /** Seed of both. */
  readonly seed: number;
}
