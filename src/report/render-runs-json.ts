import { runDifferences } from './run-differences.ts';
import type { RunReport } from './run-report.ts';

/** Runs as JSON: each with its summary, and what differs between them. */
export function renderRunsJson(runs: readonly RunReport[]): string {
  return JSON.stringify(
    {
      runs: runs.map(({ rows: _rows, notes = [], ...run }) => ({ ...run, notes })),
      differences: runDifferences(runs),
    },
    null,
    2,
  );
}
