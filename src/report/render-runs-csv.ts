import { REPORTED_SCORES, type ScopeSummary } from './replay-summary.ts';
import { runNames } from './run-names.ts';
import type { RunReport } from './run-report.ts';

const HEADINGS = [
  ...['run', 'folder', 'scope', 'domain', 'confidence', 'n', 'missing', 'accuracy', 'mean', 'ece'],
  ...['ece_low', 'ece_high', 'floor', 'floor_p95', 'brier', 'auroc'],
] as const;

/** What spreadsheets take for a formula: some look behind spaces and line ends, some take full-width signs for plain ones. */
const FORMULA = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/;

/** A cell by RFC 4180. Texts of others never become formulas. */
function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A run's lines over one set of answers. */
function scopeLines(
  own: readonly [run: string, folder: string, scope: string, domain: string],
  scope: ScopeSummary,
): string[] {
  return REPORTED_SCORES.filter((score) => scope[score].n > 0).map((score) => {
    const { n, missing, mean, ece, eceInterval, eceFloor, brier, auroc } = scope[score];
    return [
      ...own,
      ...[score, n, missing, scope.accuracy, mean, ece],
      ...[eceInterval?.low ?? null, eceInterval?.high ?? null],
      ...[eceFloor?.mean ?? null, eceFloor?.p95 ?? null, brier, auroc],
    ]
      .map(cell)
      .join(',');
  });
}

/**
 * Runs as CSV (RFC 4180): a line for each run, set of answers and confidence, numbers in full. Ends with a line end.
 */
export function renderRunsCsv(runs: readonly RunReport[]): string {
  const names = runNames(runs);
  const lines = runs.flatMap(({ folder, summary }, i) => {
    const name = names[i] ?? '';
    return [
      ...scopeLines([name, folder, 'all', ''], summary.pooled),
      ...Object.entries(summary.domains).flatMap(([domain, scope]) =>
        scopeLines([name, folder, 'domain', domain], scope),
      ),
    ];
  });
  return `${[HEADINGS.join(','), ...lines].join('\r\n')}\r\n`;
}
