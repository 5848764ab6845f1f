import { domainCells, publishedCells, scoreCells, type Cells } from './run-cells.ts';
import { runDifferences } from './run-differences.ts';
import { runNames } from './run-names.ts';
import { runDefinitions, runNotes } from './run-notes.ts';
import type { RunReport } from './run-report.ts';
import { sourceTitle } from './score-title.ts';

/** Letters that Markdown or HTML would obey. */
const SPECIAL = /[\\`*_{}[\]<>#|&~]/g;

/** Text on one line that shows as it is. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}').replace(SPECIAL, '\\$&');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map(plain).join(' | ')} |`;
}

function table({ headings, rows }: Cells): string[] {
  const rule = headings.map((_, i) => (i === 0 ? '---' : '---:'));
  return [row(headings), `| ${rule.join(' | ')} |`, ...rows.map(row)];
}

/**
 * Runs as Markdown (GitHub's, for its tables), one or several side by side. Texts of others are shown as they are.
 * Ends with a newline.
 */
export function renderRunsMarkdown(runs: readonly RunReport[]): string {
  const [first] = runs;
  const title = runs.length === 1 ? (first?.title ?? '') : `${runs.length} runs side by side`;
  const facts =
    runs.length === 1 && first !== undefined
      ? [
          ['Model', first.model],
          ['Topology', first.topology],
          ['Seed', String(first.seed)],
          ['Started', first.startedAt],
          ['Published', sourceTitle(first.publishedSource)],
          ...first.provenance.map(({ name, value }) => [name, value]),
        ]
      : runDifferences(runs).map(({ name, values }) => [name, ...values.map((v) => v ?? '–')]);
  const out = [
    `# ${plain(title)}`,
    '',
    '## Published confidence',
    '',
    ...table(publishedCells(runs)),
    '',
    '## Every confidence',
    '',
    ...table(scoreCells(runs)),
    '',
    '## By domain',
    '',
    ...table(domainCells(runs)),
    '',
    runs.length === 1 ? '## Provenance' : '## What differs',
    '',
    ...(facts.length === 0
      ? ['Nothing is known to differ.']
      : table({ headings: ['', ...runNames(runs)], rows: facts })),
    '',
    ...[...runDefinitions(runs), ...runNotes(runs)].map((note) => `- ${plain(note)}`),
  ];
  return `${out.join('\n')}\n`;
}
