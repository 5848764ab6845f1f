import path from 'node:path';
import { Option, type Command } from 'commander';
import { makeFolder } from '../app/make-folder.ts';
import { writeText } from '../app/write-text.ts';
import type { RunsForm } from '../app/render-runs.ts';

interface ReportCommandOptions {
  readonly html?: string;
  readonly markdown?: true;
  readonly json?: true;
  readonly csv?: true;
  readonly topology?: string;
}

function formOf({ markdown, json, csv }: ReportCommandOptions): RunsForm {
  if (markdown === true) return 'markdown';
  if (json === true) return 'json';
  return csv === true ? 'csv' : 'table';
}

/** Adds `secl report`. */
export function registerReportCommand(program: Command): void {
  program
    .command('report')
    .description('sum up a run from its folder, or compare several side by side')
    .argument('<runs...>', 'folders of runs that no command works on')
    .option('--html <file>', 'write a self-contained page')
    .addOption(new Option('--markdown', 'print Markdown').conflicts(['json', 'csv']))
    .addOption(new Option('--json', 'print JSON').conflicts('csv'))
    .option('--csv', 'print CSV: a line for each run, domain and confidence')
    .option('--topology <file>', 'topology that names the topics; else the one of the run')
    .addHelpText(
      'after',
      `
What was committed is read; no model is needed, and a run that was interrupted is reported as it stands.

Examples:
  secl report runs/start/NAME --html report.html
  secl report runs/monday runs/tuesday --html both.html      # side by side
  secl report runs/monday runs/tuesday --csv > both.csv`,
    )
    .action(async (folders: readonly string[], options: ReportCommandOptions) => {
      const { html } = options;
      if (html !== undefined) await makeFolder(path.dirname(path.resolve(html)));
      const { renderRuns } = await import('../app/render-runs.ts');
      const runs = await renderRuns(folders, options.topology);
      const form = formOf(options);
      if (html !== undefined) await writeText(html, runs.page());
      const text = runs.as(form).replace(/\r?\n$/, '');
      console.log(text);
      if (html !== undefined && form === 'table') console.log(`\nReport: ${html}`);
    });
}
