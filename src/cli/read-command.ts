import { Argument, type Command } from 'commander';
import { READABLE, type Readable } from '../app/worker/readable.ts';
import { recordLine } from '../app/worker/record-line.ts';
import { addBrokerOptions, type BrokerCommandOptions } from './broker-options.ts';
import { listenForInterrupt } from './interrupt.ts';
import { wholeNumber } from './whole-number.ts';

interface ReadCommandOptions extends BrokerCommandOptions {
  readonly follow?: true;
  readonly limit?: number;
  readonly json?: true;
}

/** What to say where nothing was read. */
const noneOf = (what: Readable): string =>
  what === 'metrics'
    ? 'there are none yet: a window comes out when it is full, or calibration.closeAfterSeconds after its first answer'
    : 'there are none';

/** Adds `secl read`. */
export function registerReadCommand(program: Command): void {
  addBrokerOptions(
    program
      .command('read')
      .description('read committed records back, one a line')
      .addArgument(new Argument('<what>', 'which topic').choices(READABLE)),
  )
    .option('--follow', 'go on with what comes, until Ctrl-C')
    .option('--limit <n>', 'stop after n records', wholeNumber(1))
    .option('--json', 'print each record as JSON, whole but for the weights of adapters')
    .addHelpText(
      'after',
      `
Examples:
  secl read answers --brokers localhost:9092 --follow
  secl read metrics --log runs/mine --json | jq .value.metrics
  secl read deadLetters --log runs/mine`,
    )
    .action(async (what: Readable, options: ReadCommandOptions) => {
      const { readTopic } = await import('../app/worker/read-topic.ts');
      const interrupt = listenForInterrupt(() => undefined);
      try {
        const read = await readTopic({
          what,
          topology: options.topology,
          log: options.log,
          brokers: options.brokers,
          registry: options.registry,
          follow: options.follow,
          limit: options.limit,
          stop: interrupt.drain,
          onRecord: (record) => {
            console.log(options.json === true ? JSON.stringify(record) : recordLine(what, record));
          },
        });
        if (read === 0 && options.json !== true) process.stderr.write(`${noneOf(what)}\n`);
      } finally {
        interrupt.dispose();
      }
    });
}
