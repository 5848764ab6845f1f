import { DEFAULT_BINNING } from '../calibration/binning.ts';
import { summarize, type CalibrationSummary } from '../calibration/summarize.ts';
import { precondition } from '../errors/secl-error.ts';
import type { ForwardTokens } from '../events/answer.ts';
import { labelCounts } from './label-counts.ts';
import {
  REPORTED_SCORES,
  type LoopSummary,
  type ReplayRow,
  type ReplaySummary,
  type ReportedScore,
  type ScopeSummary,
} from './replay-summary.ts';
import { scoreMetrics } from './score-metrics.ts';
import { summaryDefinition } from './summary-definition.ts';

/** What a run came to, as {@link summarizeRun} reads it. */
export interface RunOutcome {
  /** Input records, dead letters included. */
  readonly questions: number;
  readonly deadLettered: number;
  /** Whether the whole input was consumed; `false` after an interruption. */
  readonly complete: boolean;
  /** Tokens by phase, summed over the answers; `total` is computed here. */
  readonly forwardTokens: Omit<ForwardTokens, 'total'>;
  /** Distinct questions in accepted training batches. @defaultValue 0 */
  readonly trainedQuestions?: number;
  /** What the loop did. @defaultValue `null`: nothing is trained */
  readonly loop?: LoopSummary | null;
  /** One per answer, in stream order. Not mutated. */
  readonly rows: readonly ReplayRow[];
}

/** Options of {@link summarizeRun}. */
export interface RunSummaryOptions {
  /** Bins of the ECE. @defaultValue 10 */
  readonly bins?: number;
  /** Resamples of the ECE's band. @defaultValue 1000 */
  readonly resamples?: number;
  /** Simulations of the ECE's floor. @defaultValue 1000 */
  readonly simulations?: number;
  /** Any finite number. @defaultValue 0 */
  readonly seed?: number;
}

/** An object with one entry per reported score. */
function byScore<T>(value: (score: ReportedScore) => T): Record<ReportedScore, T> {
  return Object.fromEntries(REPORTED_SCORES.map((score) => [score, value(score)])) as Record<
    ReportedScore,
    T
  >;
}

/** Counts, accuracy and the given metrics of some rows. */
function scopeOf(
  rows: readonly ReplayRow[],
  metrics: (score: ReportedScore) => CalibrationSummary,
): ScopeSummary {
  return { ...labelCounts(rows), ...byScore((score) => scoreMetrics(metrics(score))) };
}

/**
 * The summary of a run: what `secl replay --json` prints, and what table and page show.
 *
 * @throws {@link SeclError} `PRECONDITION` if a confidence is NaN or outside `[0, 1]`, or if the counts
 *   contradict each other.
 * @remarks About 50 ms a score and scope of 2,000 answers, for the band and the floor.
 */
export function summarizeRun(outcome: RunOutcome, options: RunSummaryOptions = {}): ReplaySummary {
  const { questions, deadLettered, complete, rows, trainedQuestions = 0 } = outcome;
  const { bins = DEFAULT_BINNING.bins, resamples = 1000, simulations = 1000, seed = 0 } = options;
  const answered = rows.length;
  precondition(
    answered + deadLettered <= questions,
    `${answered} answers and ${deadLettered} dead letters are more than ${questions} questions.`,
  );
  precondition(
    trainedQuestions <= answered,
    `${trainedQuestions} questions trained on, of ${answered} answered.`,
  );
  const binning = { kind: DEFAULT_BINNING.kind, bins };
  const perScore = byScore((score) =>
    summarize(
      rows.map(({ domain, correct, confidences }) => ({
        domain,
        correct,
        confidence: confidences[score] ?? null,
      })),
      { binning, resamples, simulations, seed },
    ),
  );
  const domainNames = Object.keys(perScore.published.domains);
  const share = (part: number): number => (answered === 0 ? 0 : part / answered);
  const { answer, confidence, scoring, training } = outcome.forwardTokens;
  const total = answer + confidence + scoring + training;
  return {
    questions,
    answered,
    deadLettered,
    complete,
    forwardTokens: { answer, confidence, scoring, training, total },
    trainedFraction: share(trainedQuestions),
    scoredFraction: share(
      rows.filter(
        ({ confidences: { pTrue, normalizedPTrue } }) =>
          (pTrue ?? normalizedPTrue ?? null) !== null,
      ).length,
    ),
    loop: outcome.loop ?? null,
    pooled: scopeOf(rows, (score) => perScore[score].pooled),
    domains: Object.fromEntries(
      domainNames.map((name) => [
        name,
        scopeOf(
          rows.filter(({ domain }) => domain === name),
          (score) => perScore[score].domains[name] as CalibrationSummary,
        ),
      ]),
    ),
    meanDomainEce: byScore((score) => perScore[score].meanDomainEce),
    definition: summaryDefinition({ bins, resamples, simulations, seed }),
  };
}
