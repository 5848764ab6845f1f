import { renderReport } from '../report/render-report.ts';
import { renderTable } from '../report/render-table.ts';
import type { ReplayReport } from '../report/replay-report.ts';
import { verdictLine } from '../report/verdict-section.ts';

/** A replay's report for people: the terminal's table and the page. */
export function renderReplay(report: ReplayReport): { table: string; page: string } {
  return {
    table: `${renderTable(report.summary)}\n${verdictLine(report.verdict ?? null)}`,
    page: renderReport(report),
  };
}

/** The summary as JSON text, as `schemas/replay-summary.schema.json` describes it. */
export function summaryJson(report: ReplayReport): string {
  return JSON.stringify(report.summary, null, 2);
}
