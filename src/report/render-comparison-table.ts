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

/** Rows of cells as lines, the first column flush left, the others flush right. */
function align(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => (row[at] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/**
 * The table a comparison ends with: every strategy by its own confidence, what it gains over verbalized confidence,
 * and its spread where there are several runs. Plain text, without a trailing newline.
 */
export function renderComparisonTable(summary: CompareSummary): string {
  const strategies = Object.entries(summary.strategies);
  const out = align([
    [...STRATEGY_HEADINGS],
    ...strategies.map(([name, strategy]) => strategyCells(name, strategy)),
  ]);
  if (strategies.some(([, { reduction }]) => reduction.ece !== null))
    out.push(
      '',
      'ECE against verbalized, cost beyond the answers against NormPTrue everywhere:',
      ...align([
        [...REDUCTION_HEADINGS],
        ...strategies.map(([name, strategy]) => reductionCells(name, strategy)),
      ]),
    );
  if (summary.runs.length > 1)
    out.push(
      '',
      `Mean and standard deviation over ${summary.runs.length} runs:`,
      ...align([[...SPREAD_HEADINGS], ...strategies.map(([name]) => spreadCells(name, summary))]),
    );
  out.push('', ...comparisonNotes(summary));
  return out.join('\n');
}
