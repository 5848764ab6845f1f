import type { Command } from 'commander';
import { dashboardOfRun } from '../app/dashboard-of-run.ts';
import { listenOption } from './dashboard-options.ts';
import { listenForInterrupt, untilDrain } from './interrupt.ts';
import type { DashboardListen } from '../app/serve-dashboard.ts';

interface DashboardCommandOptions {
  readonly run: string;
  readonly topology?: string;
  readonly listen: DashboardListen;
  readonly tokenFile?: string;
  readonly allowName?: readonly string[];
  readonly json?: true;
}

/** Adds `secl dashboard`. */
export function registerDashboardCommand(program: Command): void {
  program
    .command('dashboard')
    .description('serve a page that says whether the confidence of a run can be trusted')
    .requiredOption('--run <folder>', 'folder of a run that no command works on')
    .option('--topology <file>', 'topology that names the topics; else the one of the run')
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
A run that a command works on is shown by that command: \`secl replay STREAM --dashboard\`.
Beyond this machine the page needs a token, and ought to stand behind a proxy that speaks TLS.

Examples:
  secl dashboard --run runs/start/stream-40-1-0123456789ab
  openssl rand -hex 24 > token && secl dashboard --run runs/qa --listen 0.0.0.0:8787 --token-file token`,
    )
    .action(async (options: DashboardCommandOptions) => {
      const interrupt = listenForInterrupt(() => undefined);
      try {
        const dashboard = await dashboardOfRun({
          runFolder: options.run,
          topology: options.topology,
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
