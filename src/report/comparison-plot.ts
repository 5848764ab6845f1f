import type { CompareSummary } from './compare-summary.ts';
import { eceRowsPlot } from './ece-rows-plot.ts';
import type { Markup } from './markup.ts';
import { strategyTitle } from './strategy-title.ts';

/** ECE of every strategy in one picture. */
export function comparisonPlot({ strategies }: CompareSummary): Markup {
  const rows = Object.entries(strategies).map(([name, { pooled, meanDomainEce }]) => ({
    name: strategyTitle(name),
    pooled,
    meanDomainEce,
  }));
  return eceRowsPlot(rows, { left: 210, by: 'strategy' });
}
