import type { CompareSummary } from '../report/compare-summary.ts';
import { renderComparison } from '../report/render-comparison.ts';
import { renderComparisonTable } from '../report/render-comparison-table.ts';

/** A comparison for people: the terminal's table and the page. */
export function renderComparisonOf(summary: CompareSummary): { table: string; page: string } {
  return { table: renderComparisonTable(summary), page: renderComparison(summary) };
}
