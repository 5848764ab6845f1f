import { alignColumns } from './align-columns.ts';
import type { CompareSummary } from './compare-summary.ts';
import {
  comparisonNotes,
  REDUCTION_HEADINGS,
  reductionCells,
  SPREAD_HEADINGS,
  spreadCells,
  STRATEGY_HEADINGS,
  strategyCells,
} from './comparison-cells.ts';

/**
 * The table a comparison ends with: every strategy by its own confidence, what it gains over verbalized confidence,
 * and its spread where there are several runs. Plain text, without a trailing newline.
 */
export function renderComparisonTable(summary: CompareSummary): string {
  const strategies = Object.entries(summary.strategies);
  const out = alignColumns([
    [...STRATEGY_HEADINGS],
    ...strategies.map(([name, strategy]) => strategyCells(name, strategy)),
  ]);
  if (strategies.some(([, { reduction }]) => reduction.ece !== null))
    out.push(
      '',
      'ECE against verbalized, cost beyond the answers against NormPTrue everywhere:',
      ...alignColumns([
        [...REDUCTION_HEADINGS],
        ...strategies.map(([name, strategy]) => reductionCells(name, strategy)),
      ]),
    );
  if (summary.runs.length > 1)
    out.push(
      '',
      `Mean and standard deviation over ${summary.runs.length} runs:`,
      ...alignColumns([
        [...SPREAD_HEADINGS],
        ...strategies.map(([name]) => spreadCells(name, summary)),
      ]),
    );
  out.push('', ...comparisonNotes(summary));
  return out.join('\n');
}
