import path from 'node:path';
import type { Command } from 'commander';
import { makeFolder } from '../app/make-folder.ts';
import { writeText } from '../app/write-text.ts';
import type { ReplayStreamResult } from '../app/replay-stream.ts';
import type { DashboardListen } from '../app/serve-dashboard.ts';
import { dashboardListen, dashboardOption } from './dashboard-options.ts';
import { EXIT } from './exit-code.ts';
import { listenForInterrupt, untilDrain } from './interrupt.ts';
import { createProgressView, isQuiet } from './progress.ts';
import { createReplayProgressView } from './replay-progress-view.ts';
import { wholeNumber } from './whole-number.ts';

/** Options of `secl replay`. */
export interface ReplayCommandOptions {
  readonly model?: string;
  readonly topology?: string;
  readonly limit?: number;
  readonly seed?: number;
  readonly run?: string;
  readonly scoreEverywhere?: boolean;
  /** Where run folders go that are named after their settings. */
  readonly runRoot?: string;
  readonly cache?: string;
  readonly report?: string;
  readonly json?: true;
  readonly dashboard?: DashboardListen | true;
  /** The page stays after the stream's end until the user stops it. */
  readonly stay?: true;
}

/** Replays a stream, with progress on stderr and the result on stdout. Sets the exit code. */
export async function runReplay(stream: string, options: ReplayCommandOptions): Promise<void> {
  const { renderReplay, summaryJson } = await import('../app/render-replay.ts');
  const { replayStream } = await import('../app/replay-stream.ts');
  const silent = isQuiet(options.json, process.stderr);
  if (options.report !== undefined) await makeFolder(path.dirname(path.resolve(options.report)));
  const store = createProgressView({ stream: process.stderr, silent });
  const view = createReplayProgressView(process.stderr, silent);
  const interrupt = listenForInterrupt(() => {
    process.stderr.write(
      '\nstopping after the questions in flight; press Ctrl-C again to drop them\n',
    );
  });
  const show = async ({ report, runFolder }: ReplayStreamResult): Promise<void> => {
    store.stop();
    view.stop();
    if (options.report !== undefined) await writeText(options.report, renderReplay(report).page);
    if (options.json === true) console.log(summaryJson(report));
    else {
      console.log(renderReplay(report).table);
      console.log(`\nRun folder: ${runFolder}`);
      if (options.report !== undefined) console.log(`Report: ${options.report}`);
    }
  };
  const shown = { already: false };
  try {
    const result = await replayStream({
      stream,
      model: options.model,
      topology: options.topology,
      limit: options.limit,
      seed: options.seed,
      scoreEverywhere: options.scoreEverywhere,
      runFolder: options.run,
      runRoot: options.runRoot,
      cacheFolder: options.cache,
      drain: interrupt.drain,
      abort: interrupt.abort,
      onStoreProgress: store.update,
      onStarted: ({ questions, model, folder }) => {
        store.stop();
        if (!silent) process.stderr.write(`${questions} questions, ${model}, run in ${folder}\n`);
      },
      onProgress: view.update,
      dashboard: dashboardListen(options.dashboard),
      onNotice: (line) => {
        view.stop();
        process.stderr.write(`${line}\n`);
      },
      onDashboard: (url) => {
        process.stderr.write(`the page is at ${url}\n`);
      },
      lingerOver: async (done) => {
        if (options.stay !== true || !done.report.complete) return;
        await show(done);
        shown.already = true;
        process.stderr.write('the page stays until you press Ctrl-C\n');
        await untilDrain(interrupt);
      },
    });
    if (!shown.already) await show(result);
    const { report } = result;
    if (!report.complete) {
      process.stderr.write(
        `stopped after ${report.summary.questions} questions; run the same command again to go on\n`,
      );
      process.exitCode = EXIT.interrupted;
    } else if (options.dashboard !== undefined && options.stay !== true && !silent)
      process.stderr.write(`the page again: secl dashboard --run ${result.runFolder}\n`);
  } finally {
    store.stop();
    view.stop();
    interrupt.dispose();
  }
}

/** Adds `secl replay`. */
export function registerReplayCommand(program: Command): void {
  program
    .command('replay')
    .description(
      'replay a stream file through a topology and measure how well confidence is calibrated',
    )
    .argument('<stream>', 'stream file (JSONL); see `secl stream`')
    .option(
      '--model <name|path>',
      'catalogue name, GGUF file, or "stand-in" (no download, no meaning)',
    )
    .option('--topology <file>', 'pipeline (YAML); the default one if left out')
    .option(
      '--limit <n>',
      'replay a seeded sample of n questions, in the order of the stream',
      wholeNumber(1),
    )
    .option('--seed <n>', 'seed of the sample and of the intervals', wholeNumber(0))
    .option(
      '--score-everywhere',
      'compute P(True) and NormPTrue for every answer, not in bursts alone; what is trained on stays',
    )
    .option(
      '--run <folder>',
      'folder of the run; by default one under runs/ named after its settings',
    )
    .option('--cache <folder>', 'model cache; wins over SECL_CACHE_DIR')
    .option('--report <file.html>', 'write a self-contained page')
    .addOption(dashboardOption())
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
Examples:
  secl replay questions.jsonl --report report.html
  secl replay questions.jsonl --limit 200 --json
  secl replay questions.jsonl --dashboard          # a live page at http://127.0.0.1:8787/
  secl replay questions.jsonl --score-everywhere   # more to compare with, at a higher price
Interrupted, it drains; the same command again goes on where it stopped.`,
    )
    .action(runReplay);
}
