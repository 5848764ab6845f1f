import type { Command } from 'commander';
import { addBrokerOptions, type BrokerCommandOptions } from './broker-options.ts';
import { listenOption } from './dashboard-options.ts';
import { listenForInterrupt, untilDrain } from './interrupt.ts';
import type { DashboardListen } from '../app/serve-dashboard.ts';

interface DashboardCommandOptions extends BrokerCommandOptions {
  readonly run?: string;
  readonly listen: DashboardListen;
  readonly tokenFile?: string;
  readonly allowName?: readonly string[];
  readonly json?: true;
}

/** Adds `secl dashboard`. */
export function registerDashboardCommand(program: Command): void {
  addBrokerOptions(
    program
      .command('dashboard')
      .description(
        'serve a page that says whether the confidence of a run or a pipeline can be trusted',
      )
      .option('--run <folder>', 'folder of a run that no command works on'),
  )
    .addOption(listenOption())
    .option(
      '--token-file <file>',
      'file with the token that readers need; wins over SECL_DASHBOARD_TOKEN',
    )
    .option('--allow-name <name...>', 'names under which the page may be called')
    .option('--json', 'print the address as JSON')
    .addHelpText(
      'after',
      `
An embedded log serves one process at a time: what a command works on is shown by that command, with
--dashboard. Kafka serves many.
Beyond this machine the page needs a token, and ought to stand behind a proxy that speaks TLS.

Examples:
  secl dashboard --run runs/start/NAME
  secl dashboard --brokers localhost:9092
  openssl rand -hex 24 > token && secl dashboard --run runs/qa --listen 0.0.0.0:8787 --token-file token`,
    )
    .action(async (options: DashboardCommandOptions) => {
      const { dashboardOfLog } = await import('../app/dashboard-of-log.ts');
      const interrupt = listenForInterrupt(() => undefined);
      try {
        const { run: runFolder, topology, log, brokers, registry } = options;
        const dashboard = await dashboardOfLog({
          ...{ runFolder, topology, log, brokers, registry },
          listen: {
            ...options.listen,
            tokenFile: options.tokenFile,
            allowedNames: options.allowName,
          },
        });
        if (options.json === true) console.log(JSON.stringify({ url: dashboard.url }));
        else console.log(`The page is at ${dashboard.url} until you press Ctrl-C.`);
        await untilDrain(interrupt);
        await dashboard.close();
      } finally {
        interrupt.dispose();
      }
    });
}
