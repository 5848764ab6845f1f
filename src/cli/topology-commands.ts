import type { Command } from 'commander';
import type { EffectiveSetting, EffectiveSettings } from '../app/topology-files.ts';
import type { Connection } from '../app/worker/check-connection.ts';
import { SeclError } from '../errors/secl-error.ts';
import { EXIT } from './exit-code.ts';

interface CheckOptions {
  readonly connect?: true;
  readonly log?: string;
  readonly brokers?: string;
  readonly registry?: string;
  readonly json?: true;
}

/** Says what is missing or wrong at the other end, and what to do; exit code 1 if anything is. */
async function connect(file: string | undefined, options: CheckOptions): Promise<void> {
  const { checkConnection } = await import('../app/worker/check-connection.ts');
  const { log, brokers, registry, json } = options;
  const connection = await checkConnection({ topology: file, log, brokers, registry });
  const valid = connection.faults.length === 0;
  console.log(
    json === true ? JSON.stringify({ valid, ...connection }, null, 2) : connectionText(connection),
  );
  if (!valid) process.exitCode = EXIT.failed;
}

/** What was found at the other end, one line each, with what to do. */
export function connectionText({ name, place, faults, notes }: Connection): string {
  return [
    faults.length === 0 ? `"${name}" can run on ${place}` : `"${name}" does not fit ${place}:`,
    ...[...faults, ...notes].map((found) =>
      'topic' in found
        ? `  ${found.topic} ${found.fault}: ${found.remedy}`
        : `  the subject ${found.subject} ${found.fault}: ${found.remedy}`,
    ),
  ].join('\n');
}

/** Columns of a table that one long value may not push away. */
const WIDEST = 48;

function originText({ origin }: EffectiveSetting, file: string): string {
  switch (origin.kind) {
    case 'default':
      return 'default';
    case 'file':
      return `${file}:${origin.line}`;
    case 'environment':
      return origin.variable;
  }
}

/** A value on one line; texts of others are quoted, so that a terminal obeys none of their letters. */
function valueText(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : JSON.stringify(value);
}

function showText({ file, settings, environment }: EffectiveSettings): string {
  const rows = settings.map((setting) => [
    setting.path,
    valueText(setting.value),
    originText(setting, file),
  ]);
  const width = (at: number): number =>
    Math.min(WIDEST, Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const [paths, values] = [width(0), width(1)];
  return [
    ...rows.map(([path = '', value = '', origin = '']) =>
      `${path.padEnd(paths)}  ${value.padEnd(values)}  ${origin}`.trimEnd(),
    ),
    ...(environment.length === 0 ? [] : ['']),
    ...environment.map(
      ({ name, value, about }) =>
        `${name}  ${value === null ? '(hidden)' : JSON.stringify(value)}  ${about}`,
    ),
  ].join('\n');
}

/** Adds `secl topology check|describe|show`. */
export function registerTopologyCommands(program: Command): void {
  const topology = program.command('topology').description('check, describe and show pipelines');
  topology
    .command('check')
    .description('check a topology file; every fault is told with its line and column')
    .argument('[file]', 'topology file (YAML); the default one if left out')
    .option(
      '--connect',
      'also connect to its broker and schema registry, and tell which topics and schemas are missing or wrong',
    )
    .option('--log <folder>', 'with --connect: the embedded log in this folder')
    .option('--brokers <host:port,…>', 'with --connect: Kafka at these addresses')
    .option('--registry <url>', 'with --connect: the schema registry at this address')
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, options: CheckOptions) => {
      if (options.connect === true) {
        await connect(file, options);
        return;
      }
      const stray = (['log', 'brokers', 'registry'] as const).find((name) => options[name]);
      if (stray !== undefined)
        throw new SeclError('USAGE', `--${stray} names a place, but nothing is looked at there`, {
          hint: `Add --connect, or leave --${stray} out.`,
        });
      const { checkTopology } = await import('../app/topology-files.ts');
      const name = await checkTopology(file);
      console.log(
        options.json === true
          ? JSON.stringify({ valid: true, name })
          : `${file ?? 'the default topology'}: "${name}" has no faults`,
      );
    });
  topology
    .command('describe')
    .description('outline a topology and draw it as Mermaid')
    .argument('[file]', 'topology file (YAML); the default one if left out')
    .option('--json', 'print the complete settings, defaults filled in, as JSON')
    .action(async (file: string | undefined, options: { json?: true }) => {
      const { describeTopologyFile } = await import('../app/topology-files.ts');
      const { text, settings } = await describeTopologyFile(file);
      console.log(options.json === true ? JSON.stringify(settings, null, 2) : text);
    });
  topology
    .command('show')
    .description('show every setting as it acts, and whether default, file or environment says so')
    .argument('[file]', 'topology file (YAML); the default one if left out')
    .option('--set', 'only what file or environment say')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
A variable wins over the file: SECL__ and the keys from the top, in capitals, joined with two underscores.
Options of a command, as --model and --seed, win over both. Secrets are never shown.

Examples:
  secl topology show topology.yaml
  SECL__GATE__BURST=48 SECL__TRAINING__LORA__PROJECTIONS=q,v secl topology show --set`,
    )
    .action(async (file: string | undefined, options: { set?: true; json?: true }) => {
      const { showTopology } = await import('../app/topology-files.ts');
      const shown = await showTopology(file);
      const settings = shown.settings.filter(
        ({ origin }) => options.set !== true || origin.kind !== 'default',
      );
      const chosen = { ...shown, settings };
      console.log(options.json === true ? JSON.stringify(chosen, null, 2) : showText(chosen));
    });
}
