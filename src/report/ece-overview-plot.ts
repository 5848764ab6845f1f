import { eceRowsPlot } from './ece-rows-plot.ts';
import type { Markup } from './markup.ts';
import type { ReplaySummary, ReportedScore } from './replay-summary.ts';
import { scoreTitle } from './score-title.ts';

/**
 * ECE of every score in one picture.
 *
 * @param scores - Those to show, in order, each with a pooled ECE.
 */
export function eceOverviewPlot(summary: ReplaySummary, scores: readonly ReportedScore[]): Markup {
  const rows = scores.map((score) => ({
    name: scoreTitle(score, summary),
    pooled: summary.pooled[score],
    meanDomainEce: summary.meanDomainEce[score],
  }));
  return eceRowsPlot(rows, { left: 190, by: 'confidence' });
}
