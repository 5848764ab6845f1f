import path from 'node:path';
import type { Command } from 'commander';
import { packageRoot } from '../app/package-root.ts';
import type { DashboardListen } from '../app/serve-dashboard.ts';
import { listenOption } from './dashboard-options.ts';
import { generatedStream } from './generated-stream.ts';
import { runReplay } from './replay-command.ts';
import { wholeNumber } from './whole-number.ts';

/** Questions of each domain. */
const PER_DOMAIN = 60;
/** The smallest model of the catalogue: a page full of data matters here, not the answers. */
const MODEL = 'smollm2-135m-instruct';

interface DemoOptions {
  readonly model: string;
  readonly perDomain: number;
  readonly seed: number;
  readonly folder: string;
  readonly listen: DashboardListen;
  readonly cache?: string;
}

/** Adds `secl demo`: the live page on a stream that drifts. */
export function registerDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('watch a small model meet new domains: a seeded stream with drift, and its page')
    .option('--model <name|path>', 'catalogue name, GGUF file, or "stand-in" (no download)', MODEL)
    .option('--per-domain <n>', 'questions of each domain', wholeNumber(1), PER_DOMAIN)
    .option('--seed <n>', 'seed of the stream', wholeNumber(0), 1)
    .option('--folder <folder>', 'where stream and run go', path.join('runs', 'demo'))
    .addOption(listenOption())
    .option('--cache <folder>', 'model cache; wins over SECL_CACHE_DIR')
    .addHelpText(
      'after',
      `
The stream goes through four domains one after the other, so that the gate has changes to find. The
page stays until Ctrl-C. The same command again shows the same run; \`--seed 2\` makes another.

Examples:
  secl demo
  secl demo --model stand-in     # without any download: numbers without a meaning`,
    )
    .action(async ({ perDomain, seed, folder, listen, model, cache }: DemoOptions) => {
      const stream = await generatedStream(folder, perDomain, seed);
      await runReplay(stream, {
        model,
        seed,
        topology: path.join(packageRoot(), 'topologies', 'demo.yaml'),
        runRoot: folder,
        dashboard: listen,
        stay: true,
        ...(cache === undefined ? {} : { cache }),
      });
    });
}
