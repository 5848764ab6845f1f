import type { Command } from 'commander';
import type { TrainedReport } from '../app/worker/trainer-service.ts';
import { listenForInterrupt } from './interrupt.ts';
import { createProgressView } from './progress.ts';
import {
  addServiceOptions,
  serviceChoices,
  type ServiceCommandOptions,
} from './service-options.ts';

/** What became of a batch as a line for people. */
function trainedLine(report: TrainedReport): string {
  switch (report.kind) {
    case 'trained': {
      const { lineage, version, lossBefore, lossAfter, durationMs } = report;
      const loss =
        lossBefore === null || lossAfter === null
          ? ''
          : `, loss ${lossBefore.toFixed(4)} to ${lossAfter.toFixed(4)}`;
      return `trained ${lineage}/${version} in ${(durationMs / 1000).toFixed(1)} s${loss}`;
    }
    case 'known':
      return `${report.lineage}/${report.version} is there already`;
    case 'refused':
      return `refused, ${report.code}: ${report.reason}`;
  }
}

/** Adds `secl trainer`. */
export function registerTrainerCommand(program: Command): void {
  addServiceOptions(
    program
      .command('trainer')
      .description(
        'train the batches of a topic and publish their adapters: the embedded trainer, alone',
      ),
    {
      lost: 'the batch that comes next has been deleted; without it the trainer stops',
      end: 'every batch that is there has been trained',
      stalled: 'nothing has moved for so long (600)',
    },
  )
    .option('--json', 'print a line of JSON for each batch')
    .addHelpText(
      'after',
      `
Workers whose topology says \`training.trainer: service\` wait for its adapters. Start a second one and
it stands by, to go on when the first is gone. The trainer service in docker/trainer does the same on a GPU.

Example:
  secl trainer --topology pipeline.yaml --brokers localhost:9092`,
    )
    .action(async (options: ServiceCommandOptions) => {
      const silent = options.json === true;
      const say = (text: string): void => {
        if (!silent) process.stderr.write(`${text}\n`);
      };
      const store = createProgressView({ stream: process.stderr, silent });
      const interrupt = listenForInterrupt(() => {
        say('stopping after the batch in training; once more to give it up');
      });
      try {
        // Only now: who is told to stop while this loads stops as ever.
        const { runTrainer } = await import('../app/worker/trainer-service.ts');
        const batches = await runTrainer({
          ...serviceChoices(options),
          drain: interrupt.drain,
          abort: interrupt.abort,
          onStoreProgress: store.update,
          onHealth: (url) => {
            say(`health is at ${url}`);
          },
          onStarted: (place) => {
            store.stop();
            say(`training what comes to ${place}`);
          },
          onBatch: (report) => {
            console.log(silent ? JSON.stringify(report) : trainedLine(report));
          },
          onTrouble: (sentence) => {
            process.stderr.write(`${sentence}\n`);
          },
        });
        say(`stopped after ${batches} batches`);
      } finally {
        store.stop();
        interrupt.dispose();
      }
    });
}
