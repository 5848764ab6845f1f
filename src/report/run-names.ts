import type { RunReport } from './run-report.ts';

/**
 * Names that tell runs apart: their titles, with the folder wherever two share one.
 *
 * @param runs - Not mutated.
 * @returns In the order of the runs.
 */
export function runNames(runs: readonly Pick<RunReport, 'title' | 'folder'>[]): string[] {
  return runs.map(({ title, folder }) =>
    runs.filter((other) => other.title === title).length > 1 ? folder : title,
  );
}
