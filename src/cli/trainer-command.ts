import { Option, type Command } from 'commander';
import {
  runTrainer,
  type TrainedReport,
  type TrainerServiceOptions,
} from '../app/worker/trainer-service.ts';
import { addBrokerOptions, type BrokerCommandOptions } from './broker-options.ts';
import { parseHealthAddress, type HealthOption } from './health-option.ts';
import { listenForInterrupt } from './interrupt.ts';
import { createProgressView } from './progress.ts';
import { seconds } from './seconds.ts';

interface TrainerCommandOptions extends BrokerCommandOptions {
  readonly model?: string;
  readonly cache?: string;
  readonly health?: HealthOption;
  readonly resetTo?: TrainerServiceOptions['resetTo'];
  readonly untilEnd?: true;
  readonly stallSeconds: number;
  readonly json?: true;
}

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
  addBrokerOptions(
    program
      .command('trainer')
      .description(
        'train the batches of a topic and publish their adapters: the embedded trainer, alone',
      ),
  )
    .option(
      '--model <name|path>',
      'catalogue name, GGUF file, or "stand-in"; wins over the topology',
    )
    .option('--cache <folder>', 'model cache; wins over SECL_CACHE_DIR')
    .option(
      '--health <port>',
      'serve /health/live, /health/ready and /health on this port of 127.0.0.1, or on host:port',
      parseHealthAddress,
    )
    .addOption(
      new Option(
        '--reset-to <place>',
        'where to go on if the batch that comes next has been deleted; without it the trainer stops',
      ).choices(['earliest', 'latest']),
    )
    .option('--until-end', 'stop once every batch that is there has been trained')
    .option('--stall-seconds <s>', 'not ready when nothing has moved for so long', seconds, 600)
    .option('--json', 'print a line of JSON for each batch')
    .addHelpText(
      'after',
      `
Workers whose topology says \`training.trainer: service\` wait for its adapters. Start a second one and
it stands by, to go on when the first is gone. The trainer service in docker/trainer does the same on a GPU.

Example:
  secl trainer --topology pipeline.yaml --brokers localhost:9092`,
    )
    .action(async (options: TrainerCommandOptions) => {
      const silent = options.json === true;
      const say = (text: string): void => {
        if (!silent) process.stderr.write(`${text}\n`);
      };
      const store = createProgressView({ stream: process.stderr, silent });
      const interrupt = listenForInterrupt(() => {
        say('stopping after the batch in training; once more to give it up');
      });
      try {
        const batches = await runTrainer({
          topology: options.topology,
          log: options.log,
          brokers: options.brokers,
          model: options.model,
          cacheFolder: options.cache,
          health: options.health,
          resetTo: options.resetTo,
          untilEnd: options.untilEnd,
          stallMs: options.stallSeconds * 1000,
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
