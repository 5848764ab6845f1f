import type { Command } from 'commander';
import { alertLine } from '../app/alert-line.ts';
import { instantText } from '../app/instant-text.ts';
import type { ListedAlerts } from '../app/read-alerts.ts';
import { addBrokerOptions, type BrokerCommandOptions } from './broker-options.ts';
import { listenForInterrupt } from './interrupt.ts';
import { wholeNumber } from './whole-number.ts';

interface ListOptions extends BrokerCommandOptions {
  readonly run?: string;
  readonly last: number;
  readonly json?: true;
}

interface TestOptions {
  readonly topology?: string;
  readonly json?: true;
}

/** Adds `secl alerts list|test`. */
export function registerAlertCommands(program: Command): void {
  const alerts = program
    .command('alerts')
    .description('see what a run told, and try the webhook')
    .addHelpText(
      'after',
      `
Rules stand under \`alerts:\` in the topology; docs/alerts.md says what each means and what to do.`,
    );
  addBrokerOptions(
    alerts
      .command('list')
      .description('show which alerts go on, and what was told last')
      .option('--run <folder>', 'folder of a run that no command works on'),
  )
    .option('--last <n>', 'how many to show', wholeNumber(1), 20)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  secl alerts list --run runs/qa --last 5\n  secl alerts list --topology qa.yaml',
    )
    .action(async ({ run, topology, log, brokers, registry, last, json }: ListOptions) => {
      const { readAlerts } = await import('../app/read-alerts.ts');
      const listed = await readAlerts({ runFolder: run, topology, log, brokers, registry }, last);
      console.log(json === true ? JSON.stringify(listed, null, 2) : listText(listed));
    });
  alerts
    .command('test')
    .description('post an alert that is none to the webhook')
    .option('--topology <file>', 'topology that names the webhook')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
The address comes from alerts.webhook.url or SECL_ALERT_WEBHOOK, the secret from SECL_ALERT_SECRET; each
variable has a twin that names a file: SECL_ALERT_SECRET_FILE.

Example:
  SECL_ALERT_WEBHOOK=https://alerts.example/hook secl alerts test`,
    )
    .action(async ({ topology, json }: TestOptions) => {
      const { testWebhook } = await import('../app/read-alerts.ts');
      const interrupt = listenForInterrupt(() => undefined);
      try {
        await testWebhook(topology, interrupt.drain);
        console.log(json === true ? JSON.stringify({ delivered: true }) : 'The webhook took it.');
      } finally {
        interrupt.dispose();
      }
    });
}

function listText({ firing, told }: ListedAlerts): string {
  const line = (alert: ListedAlerts['told'][number]): string =>
    `  ${instantText(alert.atMs)} ${alertLine(alert)}`;
  return [
    firing.length === 0 ? 'No alert goes on.' : 'Going on:',
    ...firing.map(line),
    told.length === 0 ? 'None was ever told.' : 'Told, newest first:',
    ...told.map(line),
  ].join('\n');
}
