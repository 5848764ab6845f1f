import { alignColumns } from './align-columns.ts';
import { plainName } from './plain-name.ts';
import { renderTable } from './render-table.ts';
import { domainCells, publishedCells, scoreCells, type Cells } from './run-cells.ts';
import { runDifferences } from './run-differences.ts';
import { runNames } from './run-names.ts';
import { runDefinitions, runNotes } from './run-notes.ts';
import type { RunReport } from './run-report.ts';
import { verdictLine } from './verdict-section.ts';

/** Columns of a difference's value: a fingerprint's beginning tells it apart. */
const VALUE_WIDTH = 24;

function lines({ headings, rows }: Cells): string[] {
  return alignColumns([headings, ...rows].map((row) => row.map((cell) => plainName(cell))));
}

/** One run as `secl replay` ends; several as tables side by side. Plain text, without a trailing newline. */
export function renderRunsTable(runs: readonly RunReport[]): string {
  const [first] = runs;
  if (first === undefined) return 'no runs';
  if (runs.length === 1) {
    // As the replay itself ended.
    const verdict = first.verdict === undefined ? [] : [verdictLine(first.verdict)];
    const others = runNotes(runs).filter((note) => !verdict.includes(note));
    const notes = others.map((note) => `Note: ${note}`);
    return [renderTable(first.summary), ...verdict, ...notes].join('\n');
  }
  const notes = runNotes(runs).map((note) => `Note: ${note}`);
  const differences = runDifferences(runs).map(({ name, values }) => [
    name,
    ...values.map((value) => plainName(value ?? '–', VALUE_WIDTH)),
  ]);
  return [
    'Published confidence',
    ...lines(publishedCells(runs)),
    '',
    ...lines(scoreCells(runs)),
    '',
    ...lines(domainCells(runs)),
    '',
    ...(differences.length === 0
      ? ['Nothing is known to differ between the runs.']
      : lines({ headings: ['what differs', ...runNames(runs)], rows: differences })),
    '',
    ...runDefinitions(runs),
    ...notes,
  ].join('\n');
}
