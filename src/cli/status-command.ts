import type { Command } from 'commander';
import { instantText } from '../app/instant-text.ts';
import type { ScopedStatus, Status } from '../app/read-status.ts';
import { spanText } from '../app/span-text.ts';
import { addBrokerOptions, type BrokerCommandOptions } from './broker-options.ts';
import { EXIT } from './exit-code.ts';
import { positiveNumber } from './positive-number.ts';

interface StatusCommandOptions extends BrokerCommandOptions {
  readonly run?: string;
  readonly maxAge?: number;
  readonly json?: true;
}

type ReadVerdict = Status['verdict'];

/** Exit codes by verdict. */
const CODES: Readonly<Record<ReadVerdict['level'], number>> = {
  trust: EXIT.ok,
  caution: EXIT.caution,
  'do-not-trust': EXIT.doNotTrust,
  'not-enough-data': EXIT.notEnoughData,
};

/** What numbers without labels cannot see; said wherever they are shown. */
const BLIND =
  'Estimated numbers need no label, and cannot see that the relation between question and right answer has changed.';

/** Adds `secl status`. */
export function registerStatusCommand(program: Command): void {
  addBrokerOptions(
    program
      .command('status')
      .description('say whether confidence can be trusted now: the newest verdict')
      .option('--run <folder>', 'folder of a run that no command works on'),
  )
    .option(
      '--max-age <minutes>',
      'older data says nothing of now: "not enough data"',
      positiveNumber(),
    )
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Exit codes: 0 trust; 10 caution; 11 do not trust; 12 not enough data; 1 failed; 2 wrong usage.
An embedded log serves one process at a time: what a command works on is shown by that command, with
--dashboard.
docs/verdict.md says what each verdict means and when it changes.

Examples:
  secl status --run runs/start/NAME
  secl status --topology qa.yaml
  secl status --brokers localhost:9092 --max-age 30 --json || echo "look at it"`,
    )
    .action(
      async ({ run, log, brokers, registry, topology, maxAge, json }: StatusCommandOptions) => {
        const { readStatus } = await import('../app/read-status.ts');
        const status = await readStatus({
          runFolder: run,
          log,
          brokers,
          registry,
          topology,
          maxAgeMs: maxAge === undefined ? undefined : maxAge * 60_000,
        });
        console.log(json === true ? JSON.stringify(status, null, 2) : statusText(status));
        process.exitCode = CODES[status.verdict.level];
      },
    );
}

function word({ level }: ReadVerdict): string {
  return level.replaceAll('-', ' ').toUpperCase();
}

const figure = (value: number | null): string => (value === null ? '–' : value.toFixed(3));

function factsText({ basis, n, labelled, sinceMs, dataAtMs, ageMs }: ReadVerdict): string {
  if (sinceMs === null || dataAtMs === null || ageMs === null) return 'no data yet';
  const rests = basis === 'none' ? 'rests on nothing' : basis;
  return `since ${instantText(sinceMs)}; ${rests}; n ${n}, ${labelled} labelled; newest answer of ${instantText(dataAtMs)}, ${spanText(ageMs)} ago`;
}

function scopeText(scoped: ScopedStatus): string[] {
  const { scope, partition, verdict, measured, estimated, drift, adapterVersion } = scoped;
  const name = scope === 'pooled' ? 'all domains' : scope;
  return [
    `${name}, partition ${partition}: ${word(verdict)}`,
    `  ${verdict.reason}`,
    `  ${factsText(verdict)}`,
    measured === null
      ? '  measured: no label yet'
      : `  measured: ECE ${figure(measured.ece)}, 95% ${figure(measured.eceLow)} to ${figure(measured.eceHigh)}, floor ${figure(measured.eceFloor)}; accuracy ${figure(measured.accuracy)}; n ${measured.n}, window ${measured.ordinal}`,
    ...(estimated === null
      ? []
      : [
          `  estimated: accuracy ${figure(estimated.accuracy)}, AUROC ${figure(estimated.auroc)}, distance from token certainty ${figure(estimated.signalGap)}; n ${estimated.n}, window ${scoped.ordinal}`,
        ]),
    `  changes noticed ${drift?.incident ?? 0}; adapter ${adapterVersion ?? 0}`,
  ];
}

function statusText({ title, verdict, scopes, unreadable }: Status): string {
  return [
    `${title}: ${word(verdict)}`,
    verdict.reason,
    factsText(verdict),
    ...scopes.flatMap((scoped) => ['', ...scopeText(scoped)]),
    ...(scopes.length === 0 ? [] : ['', BLIND]),
    ...(unreadable === 0
      ? []
      : [`${unreadable} records are of another version and were left out.`]),
  ].join('\n');
}
