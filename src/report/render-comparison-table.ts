import { alignColumns } from './align-columns.ts';
import type { CompareSummary } from './compare-summary.ts';
import {
  comparisonNotes,
  hasReductions,
  REDUCTION_HEADINGS,
  reductionCells,
  SAMPLE_HEADINGS,
  sampleCells,
  SPREAD_HEADINGS,
  spreadCells,
  STRATEGY_HEADINGS,
  strategyCells,
} from './comparison-cells.ts';
import { comparisonRows } from './comparison-rows.ts';

/**
 * The table a comparison ends with: every strategy by its own confidence (of a single one, each of its runs), what it
 * gains over verbalized confidence, and its spread where there are several runs. Plain text, without a trailing newline.
 */
export function renderComparisonTable(summary: CompareSummary): string {
  const rows = comparisonRows(summary);
  const out = alignColumns([[...STRATEGY_HEADINGS], ...rows.map(strategyCells)]);
  if (hasReductions(rows))
    out.push(
      '',
      'ECE against verbalized, cost beyond the answers against NormPTrue everywhere:',
      ...alignColumns([[...REDUCTION_HEADINGS], ...rows.map(reductionCells)]),
    );
  const onSample = sampleCells(rows);
  if (onSample.length > 0)
    out.push(
      '',
      'On the sampled questions alone:',
      ...alignColumns([[...SAMPLE_HEADINGS], ...onSample]),
    );
  if (summary.runs.length > 1)
    out.push(
      '',
      `Mean and standard deviation over ${summary.runs.length} runs:`,
      ...alignColumns([
        [...SPREAD_HEADINGS],
        ...Object.keys(summary.strategies).map((name) => spreadCells(name, summary)),
      ]),
    );
  out.push('', ...comparisonNotes(summary));
  return out.join('\n');
}
