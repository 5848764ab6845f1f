import path from 'node:path';
import type { Command } from 'commander';
import { makeFolder } from '../app/make-folder.ts';
import { STRATEGY_NAMES } from '../app/strategy-names.ts';
import { writeText } from '../app/write-text.ts';
import { EXIT } from './exit-code.ts';
import { listenForInterrupt } from './interrupt.ts';
import { createProgressView, isQuiet } from './progress.ts';
import { createReplayProgressView, type ReplayProgressView } from './replay-progress-view.ts';
import { wholeNumber } from './whole-number.ts';
import { wholeNumbers } from './whole-numbers.ts';

/** Options of `secl compare`. */
export interface CompareCommandOptions {
  readonly strategies?: string;
  readonly ablation?: string;
  readonly model?: string;
  readonly topology?: string;
  readonly limit?: number;
  readonly seeds?: readonly number[];
  readonly orders?: number;
  readonly run?: string;
  readonly cache?: string;
  readonly report?: string;
  readonly json?: true;
}

/** Compares strategies over a stream, with progress on stderr and the result on stdout. Sets the exit code. */
export async function runCompare(stream: string, options: CompareCommandOptions): Promise<void> {
  const { compareStream, strategiesNamed } = await import('../app/compare-stream.ts');
  const { renderComparisonOf } = await import('../app/render-comparison-of.ts');
  const silent = isQuiet(options.json, process.stderr);
  const strategies =
    options.strategies === undefined
      ? undefined
      : strategiesNamed(options.strategies.split(',').map((name) => name.trim()));
  if (options.report !== undefined) await makeFolder(path.dirname(path.resolve(options.report)));
  const store = createProgressView({ stream: process.stderr, silent });
  let view: ReplayProgressView | undefined;
  const interrupt = listenForInterrupt(() => {
    process.stderr.write(
      '\nstopping after the questions in flight; press Ctrl-C again to drop them\n',
    );
  });
  try {
    const { summary, folder } = await compareStream({
      stream,
      strategies,
      ablation: options.ablation,
      model: options.model,
      topology: options.topology,
      limit: options.limit,
      seeds: options.seeds,
      orders: options.orders,
      folder: options.run,
      cacheFolder: options.cache,
      drain: interrupt.drain,
      abort: interrupt.abort,
      onStoreProgress: store.update,
      onRun: ({ name, at, of }) => {
        store.stop();
        view?.stop();
        view = createReplayProgressView(process.stderr, silent);
        if (!silent) process.stderr.write(`run ${at} of ${of}: ${name}\n`);
      },
      onProgress: (progress) => view?.update(progress),
    });
    store.stop();
    view?.stop();
    const { table, page } = renderComparisonOf(summary);
    if (options.report !== undefined) await writeText(options.report, page);
    if (options.json === true) console.log(JSON.stringify(summary, null, 2));
    else {
      console.log(table);
      console.log(`\nFolder: ${folder}`);
      if (options.report !== undefined) console.log(`Report: ${options.report}`);
    }
    if (!summary.complete) {
      process.stderr.write('stopped before the end; run the same command again to go on\n');
      process.exitCode = EXIT.interrupted;
    }
  } finally {
    store.stop();
    view?.stop();
    interrupt.dispose();
  }
}

/** Adds `secl compare`. */
export function registerCompareCommand(program: Command): void {
  program
    .command('compare')
    .description(
      'run ways to a confidence side by side over a stream: calibration and cost of each',
    )
    .argument('<stream>', 'stream file (JSONL); see `secl stream`')
    .option(
      '--strategies <names>',
      `some of ${STRATEGY_NAMES.join(', ')}, with commas between; all if left out`,
    )
    .option('--ablation <name>', 'compare the topologies of an ablation instead (docs/compare.md)')
    .option(
      '--model <name|path>',
      'catalogue name, GGUF file, or "stand-in" (no download, no meaning)',
    )
    .option('--topology <file>', 'pipeline of SECL (YAML); the default one if left out')
    .option(
      '--limit <n>',
      'a seeded sample of n questions, in the order of the stream',
      wholeNumber(1),
    )
    .option('--seeds <list>', 'run all under each seed, e.g. 1,2,3', wholeNumbers(0))
    .option(
      '--orders <n>',
      "run all under n orders of the domains, the stream's own and then each domain in one block",
      wholeNumber(1),
    )
    .option(
      '--run <folder>',
      'folder of the comparison; by default one under runs/ named after its settings',
    )
    .option('--cache <folder>', 'model cache; wins over SECL_CACHE_DIR')
    .option('--report <file.html>', 'write a self-contained page')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
Examples:
  secl compare questions.jsonl --strategies verbalized,normalizedPTrue,secl --report compare.html
  secl compare questions.jsonl --ablation gating --seeds 1,2,3 --json
Interrupted, it drains; the same command again goes on where it stopped.`,
    )
    .action(runCompare);
}
