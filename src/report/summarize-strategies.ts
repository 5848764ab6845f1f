import { DEFAULT_BINNING } from '../calibration/binning.ts';
import {
  summarize,
  type CalibrationRow,
  type CalibrationSummary,
  type DomainSummaries,
} from '../calibration/summarize.ts';
import type { ForwardTokens } from '../events/answer.ts';
import type {
  CompareRun,
  SampleSummary,
  Spread,
  StrategyScope,
  StrategySpread,
  StrategySummary,
} from './compare-summary.ts';
import { labelCounts } from './label-counts.ts';
import { scoreMetrics } from './score-metrics.ts';
import type { MetricSettings } from './summary-definition.ts';

/** An answer's confidence and outcome. */
export interface OutcomeRow extends CalibrationRow {
  /** Of its question in the stream: ids may repeat. */
  readonly position: number;
}

/** What a strategy came to, before it is measured. */
export interface StrategyOutcome {
  readonly name: string;
  /** One per answer, in stream order. Not mutated. */
  readonly rows: readonly OutcomeRow[];
  /** Questions that could not be answered, by `ErrorCode`. */
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly sampled: boolean;
  /** Positions by phase; `total` is computed here. */
  readonly forwardTokens: Omit<ForwardTokens, 'total'>;
  /** Distinct questions in accepted training batches. */
  readonly trainedQuestions: number;
  /** Answers that a P(True) was asked for. */
  readonly scoredAnswers: number;
  readonly modelMs: number;
  readonly trainingMs: number;
}

function scopeOf(summary: CalibrationSummary, rows: readonly CalibrationRow[]): StrategyScope {
  const { unlabelled, accuracy } = labelCounts(rows);
  return { ...scoreMetrics(summary), unlabelled, accuracy };
}

/** `1 - part / whole`, or `null` where there is nothing to be a part of. */
function reductionOf(part: number | null, whole: number | null | undefined): number | null {
  return part === null || whole === null || whole === undefined || whole === 0
    ? null
    : 1 - part / whole;
}

/**
 * Measures strategies over one stream, each by its own confidence, and relates them to verbalized confidence and to
 * NormPTrue everywhere, where those are among them. Strategies on a sample are not related: their questions differ;
 * where there are any, all are measured on the sample's questions besides.
 *
 * @throws SeclError `PRECONDITION` if a confidence is NaN or outside `[0, 1]`.
 */
export function summarizeStrategies(
  outcomes: readonly StrategyOutcome[],
  options: MetricSettings,
): Record<string, StrategySummary> {
  const { bins, resamples, simulations, seed } = options;
  const binning = { kind: DEFAULT_BINNING.kind, bins };
  const measure = (rows: readonly OutcomeRow[]): DomainSummaries =>
    summarize(rows, { binning, resamples, simulations, seed });
  const measured = outcomes.map((outcome) => {
    const summary = measure(outcome.rows);
    const { answer, confidence, scoring, training } = outcome.forwardTokens;
    return { outcome, summary, total: answer + confidence + scoring + training };
  });
  const sample = new Set(
    outcomes.flatMap(({ sampled, rows }) => (sampled ? rows.map(({ position }) => position) : [])),
  );
  const onSample = (rows: readonly OutcomeRow[], whole: DomainSummaries): SampleSummary => {
    const of = rows.filter(({ position }) => sample.has(position));
    const { pooled, meanDomainEce } = of.length === rows.length ? whole : measure(of);
    return { pooled: scopeOf(pooled, of), meanDomainEce };
  };
  const find = (name: string): (typeof measured)[number] | undefined =>
    measured.find(({ outcome }) => outcome.name === name);
  const verbalized = find('verbalized')?.summary;
  const everywhere = find('normalizedPTrue');
  const beyond = everywhere && everywhere.total - everywhere.outcome.forwardTokens.answer;
  return Object.fromEntries(
    measured.map(({ outcome, summary, total }) => {
      const { name, rows, sampled, forwardTokens } = outcome;
      const share = (part: number): number => (rows.length === 0 ? 0 : part / rows.length);
      const own: StrategySummary = {
        answered: rows.length,
        deadLetters: outcome.deadLetters,
        sampled,
        pooled: scopeOf(summary.pooled, rows),
        domains: Object.fromEntries(
          Object.entries(summary.domains).map(([domain, of]) => [
            domain,
            scopeOf(
              of,
              rows.filter((row) => row.domain === domain),
            ),
          ]),
        ),
        meanDomainEce: summary.meanDomainEce,
        trainedFraction: share(outcome.trainedQuestions),
        scoredFraction: share(outcome.scoredAnswers),
        forwardTokens: { ...forwardTokens, total },
        modelMs: outcome.modelMs,
        trainingMs: outcome.trainingMs,
        reduction: {
          ece: sampled ? null : reductionOf(summary.pooled.ece, verbalized?.pooled.ece),
          meanDomainEce: sampled
            ? null
            : reductionOf(summary.meanDomainEce, verbalized?.meanDomainEce),
        },
        relativeCost:
          sampled || beyond === undefined || beyond === 0
            ? null
            : (total - forwardTokens.answer) / beyond,
        ...(sample.size === 0 ? {} : { onSample: onSample(rows, summary) }),
      };
      return [name, own];
    }),
  );
}

function spreadOf(values: readonly (number | null)[]): Spread {
  const known = values.filter((value) => value !== null);
  const n = known.length;
  if (n === 0) return { n, mean: null, standardDeviation: null };
  const mean = known.reduce((sum, value) => sum + value, 0) / n;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { n, mean, standardDeviation: n < 2 ? null : Math.sqrt(squares / (n - 1)) };
}

/** Each strategy's figures over all runs that have it. */
export function spreadOverRuns(runs: readonly CompareRun[]): Record<string, StrategySpread> {
  const names = [...new Set(runs.flatMap(({ strategies }) => Object.keys(strategies)))];
  return Object.fromEntries(
    names.map((name) => {
      const own = runs.flatMap(({ strategies }) => strategies[name] ?? []);
      return [
        name,
        {
          ece: spreadOf(own.map(({ pooled }) => pooled.ece)),
          meanDomainEce: spreadOf(own.map(({ meanDomainEce }) => meanDomainEce)),
          brier: spreadOf(own.map(({ pooled }) => pooled.brier)),
          auroc: spreadOf(own.map(({ pooled }) => pooled.auroc)),
          forwardTokens: spreadOf(own.map(({ forwardTokens }) => forwardTokens.total)),
        },
      ];
    }),
  );
}
