import type { ForwardTokens } from '../events/answer.ts';
import type { ScoreMetrics, SummaryDefinition } from './replay-summary.ts';

/** Ways to a confidence that `secl compare` sets side by side; keys of its summary. */
export const STRATEGY_NAMES = [
  'verbalized',
  'verbalizedWithEvidence',
  'answerProbability',
  'tokenCertainty',
  'pTrue',
  'normalizedPTrue',
  'combined',
  'dinco',
  'selfConsistency',
  'temperatureScaled',
  'isotonic',
  'seclPaper',
  'secl',
] as const;

/** One of {@link STRATEGY_NAMES}. */
export type StrategyName = (typeof STRATEGY_NAMES)[number];

/** A strategy's own confidence over one set of answers. */
export interface StrategyScope extends ScoreMetrics {
  /** Answers without a label. */
  readonly unlabelled: number;
  /** Share of right answers among the labelled ones. */
  readonly accuracy: number | null;
}

/** What a strategy came to over one stream. */
export interface StrategySummary {
  readonly answered: number;
  /** Questions that could not be answered, by `ErrorCode`, e.g. `{ CONTEXT_OVERFLOW: 1 }`. */
  readonly deadLetters: Readonly<Record<string, number>>;
  /** Whether it was run on a seeded sample of each domain alone. */
  readonly sampled: boolean;
  readonly pooled: StrategyScope;
  /** By domain, in order of first appearance. */
  readonly domains: Readonly<Record<string, StrategyScope>>;
  /** Mean of the domains' ECEs. */
  readonly meanDomainEce: number | null;
  /** Distinct questions in accepted training batches, over answered ones. */
  readonly trainedFraction: number;
  /** Answers that a P(True) was asked for, over all. */
  readonly scoredFraction: number;
  /** What the strategy would have cost alone; a training position counts three. */
  readonly forwardTokens: ForwardTokens;
  /**
   * Milliseconds that model and trainer took, shared passes counted as long as they took when they were computed; of a
   * run that several strategies are read off, the share by positions.
   */
  readonly modelMs: number;
  /** Those of the trainer among them. */
  readonly trainingMs: number;
  /** Fraction by which pooled and mean per-domain ECE lie below verbalized's; `null` without one. */
  readonly reduction: { readonly ece: number | null; readonly meanDomainEce: number | null };
  /** Positions beyond the answers', over those of NormPTrue everywhere; `null` without it. */
  readonly relativeCost: number | null;
  /**
   * Over the questions of the sample alone, where the comparison has sampled strategies: on fewer questions ECE is
   * larger by itself, so the figures above are no match for theirs.
   */
  readonly onSample?: SampleSummary;
}

/** A strategy's calibration over the sampled questions. */
export interface SampleSummary {
  readonly pooled: StrategyScope;
  /** Mean of the domains' ECEs. */
  readonly meanDomainEce: number | null;
}

/** One pass over the stream with a seed and an order of its domains. */
export interface CompareRun {
  readonly seed: number;
  /** 0: the stream's own order. */
  readonly order: number;
  readonly strategies: Readonly<Record<string, StrategySummary>>;
}

/** Mean and spread over runs. */
export interface Spread {
  /** Runs that have the number. */
  readonly n: number;
  readonly mean: number | null;
  /** Of a sample, with `n - 1`; `null` for fewer than two runs. */
  readonly standardDeviation: number | null;
}

/** A strategy's figures over all runs. */
export interface StrategySpread {
  readonly ece: Spread;
  readonly meanDomainEce: Spread;
  readonly brier: Spread;
  readonly auroc: Spread;
  readonly forwardTokens: Spread;
}

/** What `secl compare --json` prints; `schemas/compare-summary.schema.json` describes it. */
export interface CompareSummary {
  /** Name of the stream. */
  readonly stream: string;
  /** Name of the base model. */
  readonly model: string;
  /** Name of the ablation, whose topologies are the strategies then; else `null`. */
  readonly ablation: string | null;
  /** Input records. */
  readonly questions: number;
  /** `false`: interrupted; runs that were not finished are left out. */
  readonly complete: boolean;
  /** Of the first run: by strategy, in the order asked for. */
  readonly strategies: Readonly<Record<string, StrategySummary>>;
  /** Every seed under every order, the first one included. */
  readonly runs: readonly CompareRun[];
  /** Over `runs`. */
  readonly spread: Readonly<Record<string, StrategySpread>>;
  readonly definition: SummaryDefinition;
}
