import { renderRunsCsv } from '../report/render-runs-csv.ts';
import { renderRunsJson } from '../report/render-runs-json.ts';
import { renderRunsMarkdown } from '../report/render-runs-markdown.ts';
import { renderRunsPage } from '../report/render-runs-page.ts';
import { renderRunsTable } from '../report/render-runs-table.ts';
import type { RunReport } from '../report/run-report.ts';
import { readRun } from './read-run.ts';

/** Forms that runs can be printed in. */
export type RunsForm = 'table' | 'markdown' | 'json' | 'csv';

const FORMS: Readonly<Record<RunsForm, (runs: readonly RunReport[]) => string>> = {
  table: renderRunsTable,
  markdown: renderRunsMarkdown,
  json: renderRunsJson,
  csv: renderRunsCsv,
};

/** Runs as text in any form, and as a page; made when asked for. */
export interface RenderedRuns {
  as(form: RunsForm): string;
  page(): string;
}

/**
 * Reads runs, one after the other, for reports of them.
 *
 * @param folders - At least one.
 * @param topology - As for {@link readRun}, of every run.
 * @throws SeclError as {@link readRun} does.
 */
export async function renderRuns(
  folders: readonly string[],
  topology?: string,
): Promise<RenderedRuns> {
  const runs: RunReport[] = [];
  for (const folder of folders) runs.push(await readRun(folder, topology));
  return { as: (form) => FORMS[form](runs), page: () => renderRunsPage(runs) };
}
