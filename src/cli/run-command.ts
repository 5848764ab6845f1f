import type { Command } from 'commander';
import type { DashboardListen } from '../app/serve-dashboard.ts';
import type { WorkerStatus } from '../app/worker/run-service.ts';
import { dashboardListen, dashboardOption } from './dashboard-options.ts';
import { listenForInterrupt } from './interrupt.ts';
import { createProgressView } from './progress.ts';
import { positiveNumber } from './positive-number.ts';
import {
  addServiceOptions,
  serviceChoices,
  type ServiceCommandOptions,
} from './service-options.ts';
import { statusJson, statusLine } from './worker-status.ts';

interface RunCommandOptions extends ServiceCommandOptions {
  readonly every: number;
  readonly trainerTimeout: number;
  readonly dashboard?: DashboardListen | true;
}

/** Adds `secl run`. */
export function registerRunCommand(program: Command): void {
  addServiceOptions(
    program
      .command('run')
      .description('answer the questions of a topic until stopped: the long-lived worker'),
    {
      lost: 'the record that comes next has been deleted; without it the worker stops',
      end: 'everything that is there has been answered',
      stalled: 'a partition has not moved for so long (120)',
    },
  )
    .option('--every <s>', 'seconds between two status lines', positiveNumber(), 10)
    .option(
      '--trainer-timeout <s>',
      'stop when no adapter comes of a batch in this time (training.mode barrier)',
      positiveNumber(),
      600,
    )
    .addOption(dashboardOption())
    .option('--json', 'print status lines as JSON, one a line, and nothing else')
    .addHelpText(
      'after',
      `
Ctrl-C or SIGTERM: the batch in flight is finished and committed, the group is left, exit code 0. A
second one stops at once. An embedded log serves one process at a time; Kafka serves many, and shares
the partitions out among them.

Examples:
  secl send questions.jsonl --log runs/mine && secl run --log runs/mine --until-end
  secl topics create --brokers localhost:9092 --partitions 4
  secl run --brokers localhost:9092 --health 8080 --dashboard
  secl run --topology pipeline.yaml --json --every 5`,
    )
    .action(runWorkerCommand);
}

async function runWorkerCommand(options: RunCommandOptions): Promise<void> {
  const silent = options.json === true;
  const say = (text: string): void => {
    if (!silent) process.stderr.write(`${text}\n`);
  };
  const show = (status: WorkerStatus): void => {
    if (silent) console.log(statusJson(status));
    else say(statusLine(status));
  };
  const store = createProgressView({ stream: process.stderr, silent });
  const interrupt = listenForInterrupt(() => {
    say('stopping after the questions in flight; once more to drop them');
  });
  try {
    // Only now: who is told to stop while this loads stops as ever.
    const { runService } = await import('../app/worker/run-service.ts');
    const last = await runService({
      ...serviceChoices(options),
      trainerTimeoutMs: options.trainerTimeout * 1000,
      statusEveryMs: options.every * 1000,
      drain: interrupt.drain,
      abort: interrupt.abort,
      onStoreProgress: store.update,
      dashboard: dashboardListen(options.dashboard),
      onDashboard: (url) => {
        process.stderr.write(`the page is at ${url}\n`);
      },
      onHealth: (url) => {
        say(`health is at ${url}`);
      },
      onStarted: (place) => {
        store.stop();
        say(`working on ${place}`);
      },
      onStatus: show,
      onTrouble: (sentence) => {
        process.stderr.write(`${sentence}\n`);
      },
    });
    show(last);
    say('stopped; everything that was answered is committed');
  } finally {
    store.stop();
    interrupt.dispose();
  }
}
