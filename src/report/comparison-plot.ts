import type { CompareSummary } from './compare-summary.ts';
import { comparesRuns, comparisonRows } from './comparison-rows.ts';
import { eceRowsPlot } from './ece-rows-plot.ts';
import type { Markup } from './markup.ts';

/** Pixels that the longest strategy's title takes. */
const LEFT = 210;
/** Pixels that a letter of a name takes at most, on average. */
const LETTER = 7;

/** ECE of every strategy in one picture; of a single one, of each of its runs. */
export function comparisonPlot(summary: CompareSummary): Markup {
  const rows = comparisonRows(summary).map(({ name, strategy: { pooled, meanDomainEce } }) => ({
    name,
    pooled,
    meanDomainEce,
  }));
  const left = Math.max(LEFT, ...rows.map(({ name }) => name.length * LETTER));
  return eceRowsPlot(rows, { left, by: comparesRuns(summary) ? 'run' : 'strategy' });
}
