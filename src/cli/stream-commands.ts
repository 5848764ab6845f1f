import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  BLENDS,
  DEFAULT_PER_DOMAIN,
  DEFAULT_SEED,
  DOMAINS,
  FORMATS,
  type StreamBlend,
  type StreamDomain,
} from '../app/stream-choices.ts';
import { SeclError } from '../errors/secl-error.ts';
import { wholeNumber } from './whole-number.ts';

interface BlendCommandOptions {
  readonly blend: StreamBlend;
  readonly window?: number;
  readonly cycles?: number;
  readonly perDomain?: number;
  readonly seed?: number;
  readonly out: string;
  readonly json?: true;
}

interface ImportCommandOptions {
  readonly out: string;
  readonly limit?: number;
  readonly seed?: number;
  readonly json?: true;
}

/** What every command says of the stream it wrote. */
interface WrittenStream {
  readonly questions: number;
  readonly domains: Readonly<Record<string, number>>;
}

function say(written: WrittenStream, out: string, json: true | undefined): void {
  if (json === true) {
    console.log(JSON.stringify({ ...written, out }, null, 2));
    return;
  }
  const domains = Object.entries(written.domains).map(([name, count]) => `${name} ${count}`);
  console.log(`${out}: ${written.questions} questions (${domains.join(', ')})`);
}

function domainList(text: string): StreamDomain[] {
  return text.split(',').map((name) => {
    const domain = DOMAINS.find((known) => known === name.trim());
    if (domain === undefined)
      throw new InvalidArgumentError(`Domains are ${DOMAINS.join(', ')}, separated by commas.`);
    return domain;
  });
}

/** @param every - How many questions of each domain there are where nothing is said. */
function addBlendOptions(command: Command, every: string): Command {
  return command
    .requiredOption('--out <file>', 'stream file to write (JSONL; compressed if it ends in .gz)')
    .option('--per-domain <n>', `questions of each domain (default: ${every})`, wholeNumber(1))
    .option('--seed <n>', `seed of drawing and blending (default: ${DEFAULT_SEED})`, wholeNumber(0))
    .addOption(
      new Option('--blend <kind>', 'how domains follow each other')
        .choices(BLENDS)
        .default('abrupt'),
    )
    .option(
      '--window <n>',
      'questions over which a change stretches, with --blend gradual (default: 100)',
      wholeNumber(2),
    )
    .option(
      '--cycles <n>',
      'how often the domains come round, with --blend recurring (default: 3)',
      wholeNumber(1),
    )
    .option('--json', 'print JSON');
}

/** @throws SeclError `USAGE` for a setting of another blend, which would otherwise do nothing. */
function blendOf({ blend, window, cycles }: BlendCommandOptions): {
  kind: StreamBlend;
  window?: number;
  cycles?: number;
} {
  if (window !== undefined && blend !== 'gradual') throw strayOption('--window', 'gradual', blend);
  if (cycles !== undefined && blend !== 'recurring')
    throw strayOption('--cycles', 'recurring', blend);
  return {
    kind: blend,
    ...(window === undefined ? {} : { window }),
    ...(cycles === undefined ? {} : { cycles }),
  };
}

function strayOption(option: string, owner: StreamBlend, blend: StreamBlend): SeclError {
  return new SeclError('USAGE', `${option} belongs to --blend ${owner}; the blend is ${blend}`, {
    hint: `Add --blend ${owner}, or leave ${option} out.`,
  });
}

/** Adds `secl stream make|import|mix`. */
export function registerStreamCommands(program: Command): void {
  const stream = program.command('stream').description('make, import and mix question streams');
  addBlendOptions(
    stream
      .command('make')
      .description(`make a seeded stream of generated questions: ${DOMAINS.join(', ')}`)
      .option(
        '--domains <list>',
        'domains in order, separated by commas (default: all)',
        domainList,
      ),
    String(DEFAULT_PER_DOMAIN),
  )
    .addHelpText(
      'after',
      `
Examples:
  secl stream make --out stream.jsonl                      four domains, 500 questions each
  secl stream make --per-domain 40 --blend gradual --out small.jsonl`,
    )
    .action(async (options: BlendCommandOptions & { domains?: StreamDomain[] }) => {
      const { makeStream } = await import('../app/make-stream.ts');
      const written = await makeStream({
        out: options.out,
        perDomain: options.perDomain,
        domains: options.domains,
        blend: blendOf(options),
        seed: options.seed,
      });
      say(written, options.out, options.json);
    });
  stream
    .command('import')
    .description('turn a published question set into a stream')
    .argument('<format>', FORMATS.join(', '))
    .argument('<file>', 'the published file, compressed or not')
    .requiredOption('--out <file>', 'stream file to write (JSONL; compressed if it ends in .gz)')
    .option('--limit <n>', 'take this many questions', wholeNumber(1))
    .option('--seed <n>', 'shuffle before the limit cuts', wholeNumber(0))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Example:
  secl stream import nq-open NQ-open.dev.jsonl --limit 200 --seed 1 --out nq.jsonl`,
    )
    .action(async (format: string, file: string, options: ImportCommandOptions) => {
      const { importStream } = await import('../app/import-stream.ts');
      const { out, limit, seed, json } = options;
      say(await importStream({ format, file, out, limit, seed }), out, json);
    });
  addBlendOptions(
    stream
      .command('mix')
      .description('mix streams into one, each a domain of its own')
      .argument('<streams...>', 'stream files, in order'),
    'all',
  ).action(async (files: string[], options: BlendCommandOptions) => {
    const { mixStreams } = await import('../app/mix-streams.ts');
    const written = await mixStreams({
      files,
      out: options.out,
      perDomain: options.perDomain,
      blend: blendOf(options),
      seed: options.seed,
    });
    say(written, options.out, options.json);
  });
}
