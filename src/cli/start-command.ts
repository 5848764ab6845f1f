import path from 'node:path';
import type { Command } from 'commander';
import { generatedStream } from './generated-stream.ts';
import { runReplay } from './replay-command.ts';
import { wholeNumber } from './whole-number.ts';

/** Questions of each of the four domains: few, so that a first look takes minutes. */
const PER_DOMAIN = 40;

interface StartOptions {
  readonly model?: string;
  readonly perDomain: number;
  readonly seed: number;
  readonly folder: string;
  readonly cache?: string;
  readonly json?: true;
}

/** Adds `secl start`: the main job, small, in one command. */
export function registerStartCommand(program: Command): void {
  program
    .command('start')
    .description(
      'fetch the default model, replay a small four-domain stream, and show how calibrated it is',
    )
    .option('--model <name|path>', 'catalogue name or GGUF file')
    .option('--per-domain <n>', 'questions of each domain', wholeNumber(1), PER_DOMAIN)
    .option('--seed <n>', 'seed of the stream', wholeNumber(0), 1)
    .option('--folder <folder>', 'where stream, run and report go', path.join('runs', 'start'))
    .option('--cache <folder>', 'model cache; wins over SECL_CACHE_DIR')
    .option('--json', 'print the summary as JSON')
    .action(async (options: StartOptions) => {
      const { perDomain, seed, folder } = options;
      const stream = await generatedStream(folder, perDomain, seed);
      if (options.json !== true)
        process.stderr.write(
          `Four domains of ${perDomain} generated questions: enough to look at, too few to conclude from.\n`,
        );
      await runReplay(stream, {
        seed,
        // A first look shows every confidence beside the published one.
        scoreEverywhere: true,
        report: path.join(folder, 'report.html'),
        runRoot: folder,
        ...(options.model === undefined ? {} : { model: options.model }),
        ...(options.cache === undefined ? {} : { cache: options.cache }),
        ...(options.json === undefined ? {} : { json: options.json }),
      });
    });
}
