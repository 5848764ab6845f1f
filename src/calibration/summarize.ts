import { accuracy } from './accuracy.ts';
import { auroc } from './auroc.ts';
import { DEFAULT_BINNING, type Binning } from './binning.ts';
import type { BootstrapInterval } from './bootstrap-interval.ts';
import { brierScore } from './brier-score.ts';
import { eceFloor, type EceFloor } from './ece-floor.ts';
import { eceInterval } from './ece-interval.ts';
import { expectedCalibrationError } from './expected-calibration-error.ts';
import {
  labelConfidences,
  type ConfidenceRow,
  type LabelledConfidences,
} from './labelled-confidences.ts';
import { logLoss } from './log-loss.ts';
import { maximumCalibrationError } from './maximum-calibration-error.ts';
import { meanConfidence } from './mean-confidence.ts';
import type { MetricDefinition } from './metric.ts';

/** An answer with the domain it is reported under. */
export interface CalibrationRow extends ConfidenceRow {
  /** `null`: counted in `pooled` alone. */
  readonly domain: string | null;
}

/** Options of {@link summarize}. */
export interface SummarizeOptions {
  /** Bins of ECE, MCE, interval and floor. @defaultValue ten bins of equal width */
  readonly binning?: Binning;
  /** Resamples of the interval; 0 leaves it out. @defaultValue 1000 */
  readonly resamples?: number;
  /** Simulations of the floor; 0 leaves it out. @defaultValue as many as `resamples` */
  readonly simulations?: number;
  /** Any finite number. @defaultValue 0 */
  readonly seed?: number;
}

/** The metrics of one score over one set of rows; each `null` where undefined. */
export interface CalibrationSummary {
  /** Rows counted: those with a confidence and a label. */
  readonly n: number;
  /** Rows without a confidence. */
  readonly missing: number;
  /** Rows without a label only. */
  readonly unlabelled: number;
  readonly accuracy: number | null;
  /** Mean confidence. */
  readonly mean: number | null;
  readonly ece: number | null;
  /** 95% band of `ece`; `null` when not asked for. */
  readonly eceInterval: BootstrapInterval | null;
  /** `null` without rows or when not asked for. */
  readonly eceFloor: EceFloor | null;
  readonly mce: number | null;
  readonly brier: number | null;
  /** Nats. */
  readonly logLoss: number | null;
  /** `null` with one class. */
  readonly auroc: number | null;
  /** What `ece` means. */
  readonly definition: MetricDefinition;
}

/** {@link summarize}'s result. */
export interface DomainSummaries {
  readonly pooled: CalibrationSummary;
  /** By domain, in order of first appearance. */
  readonly domains: Readonly<Record<string, CalibrationSummary>>;
  /** Mean of the ECEs of the domains that have rows to count; pooled ECE can be low by cancellation. */
  readonly meanDomainEce: number | null;
  /** How many domains that mean is over. */
  readonly domainsCounted: number;
}

/**
 * The metrics of one score over checked rows.
 *
 * @param data - Not mutated.
 */
export function summarizeRows(
  data: LabelledConfidences,
  options: SummarizeOptions = {},
): CalibrationSummary {
  const { binning = DEFAULT_BINNING, resamples = 1000, seed = 0 } = options;
  const { simulations = resamples } = options;
  const ece = expectedCalibrationError(data, binning);
  return {
    n: ece.definition.n,
    missing: data.missing,
    unlabelled: data.unlabelled,
    accuracy: accuracy(data).value,
    mean: meanConfidence(data).value,
    ece: ece.value,
    eceInterval: resamples === 0 ? null : eceInterval(data, { binning, resamples, seed }),
    eceFloor: simulations === 0 ? null : eceFloor(data, { binning, simulations, seed }),
    mce: maximumCalibrationError(data, binning).value,
    brier: brierScore(data).value,
    logLoss: logLoss(data).value,
    auroc: auroc(data).value,
    definition: ece.definition,
  };
}

/**
 * Pooled metrics, metrics per domain, and the mean of the domains' ECEs.
 *
 * @param rows - Not mutated.
 * @throws {@link SeclError} `PRECONDITION` if a confidence is NaN or outside `[0, 1]`.
 * @example
 * `summarize([{ confidence: 0.9, correct: true, domain: 'dates' }]).domains.dates.ece // 0.1`
 */
export function summarize(
  rows: readonly CalibrationRow[],
  options: SummarizeOptions = {},
): DomainSummaries {
  const byDomain = new Map<string, CalibrationRow[]>();
  for (const row of rows) {
    if (row.domain === null) continue;
    const group = byDomain.get(row.domain);
    if (group === undefined) byDomain.set(row.domain, [row]);
    else group.push(row);
  }
  const domains = [...byDomain].map(
    ([name, group]) => [name, summarizeRows(labelConfidences(group), options)] as const,
  );
  const eces = domains.flatMap(([, { ece }]) => (ece === null ? [] : [ece]));
  return {
    pooled: summarizeRows(labelConfidences(rows), options),
    // fromEntries defines its keys, so a domain called __proto__ is a key like any other.
    domains: Object.fromEntries(domains),
    meanDomainEce: eces.length === 0 ? null : eces.reduce((sum, ece) => sum + ece, 0) / eces.length,
    domainsCounted: eces.length,
  };
}
