import { formatBand, formatCount, formatFraction, formatShare } from './format-number.ts';
import { REPORTED_SCORES, type ReportedScore } from './replay-summary.ts';
import { runNames } from './run-names.ts';
import type { RunReport } from './run-report.ts';
import { scoreTitle } from './score-title.ts';

/** A table as words. */
export interface Cells {
  readonly headings: readonly string[];
  /** The first cell of each names it. */
  readonly rows: readonly (readonly string[])[];
}

/** The published confidence of each run: calibration, and what it took. */
export function publishedCells(runs: readonly RunReport[]): Cells {
  const names = runNames(runs);
  return {
    headings: [
      ...['run', 'n', 'acc.', 'mean', 'ECE', '95% band', 'floor', 'per domain', 'Brier', 'AUROC'],
      ...['dead', 'trained', 'tokens'],
    ],
    rows: runs.map(({ summary }, i) => {
      const { pooled, meanDomainEce, deadLettered, trainedFraction, forwardTokens } = summary;
      const { n, mean, ece, eceInterval, eceFloor, brier, auroc } = pooled.published;
      return [
        names[i] ?? '',
        formatCount(n),
        formatFraction(pooled.accuracy),
        formatFraction(mean),
        formatFraction(ece),
        formatBand(eceInterval),
        formatFraction(eceFloor?.mean ?? null),
        formatFraction(meanDomainEce.published),
        formatFraction(brier),
        formatFraction(auroc),
        formatCount(deadLettered),
        formatShare(trainedFraction),
        formatCount(forwardTokens.total),
      ];
    }),
  };
}

/** ECE with band and n of each confidence that some run has. */
export function scoreCells(runs: readonly RunReport[]): Cells {
  const present = REPORTED_SCORES.filter((score) =>
    runs.some(({ summary }) => summary.pooled[score].n > 0),
  );
  const cell = ({ summary }: RunReport, score: ReportedScore): string => {
    const { n, ece, eceInterval } = summary.pooled[score];
    if (ece === null) return '–';
    const band = eceInterval === null ? '' : ` (${formatBand(eceInterval)})`;
    return `${formatFraction(ece)}${band}, n ${formatCount(n)}`;
  };
  return {
    headings: ['ECE (95% band), n', ...runNames(runs)],
    rows: present.map((score) => [
      scoreTitle(score, { loop: null }),
      ...runs.map((run) => cell(run, score)),
    ]),
  };
}

/** ECE of the published confidence with band and n, domain by domain. */
export function domainCells(runs: readonly RunReport[]): Cells {
  const domains = [...new Set(runs.flatMap(({ summary }) => Object.keys(summary.domains)))];
  return {
    headings: ['published, by domain', ...runNames(runs)],
    rows: domains.map((domain) => [
      domain,
      ...runs.map(({ summary }) => {
        const scope = Object.hasOwn(summary.domains, domain) ? summary.domains[domain] : undefined;
        if (scope === undefined || scope.published.ece === null) return '–';
        const { n, ece, eceInterval } = scope.published;
        const band = eceInterval === null ? '' : ` (${formatBand(eceInterval)})`;
        return `${formatFraction(ece)}${band}, n ${formatCount(n)}`;
      }),
    ]),
  };
}
