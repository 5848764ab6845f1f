import type { Command } from 'commander';
import { addBrokerOptions, type BrokerCommandOptions } from './broker-options.ts';
import { EXIT } from './exit-code.ts';
import { listenForInterrupt } from './interrupt.ts';
import { wholeNumber } from './whole-number.ts';

interface SendCommandOptions extends BrokerCommandOptions {
  readonly from?: number;
  readonly labels: boolean;
  readonly json?: true;
}

/** A line comes at most so often. */
const LINE_EVERY_MS = 2000;

/** Adds `secl send`. */
export function registerSendCommand(program: Command): void {
  addBrokerOptions(
    program
      .command('send')
      .description('send the questions of a stream file, and its labels, to the topics')
      .argument('<stream>', 'stream file (JSONL); see `secl stream`'),
  )
    .option('--from <n>', 'leave out the first n lines, sent before', wholeNumber(0))
    .option('--no-labels', 'send the questions alone')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Questions are keyed by their id, so that one id stays in one partition; labels go to their own topic
under the same key. Interrupted, it says with which --from to go on.

Examples:
  secl send questions.jsonl --brokers localhost:9092
  secl send questions.jsonl --log runs/mine --from 500`,
    )
    .action(async (stream: string, options: SendCommandOptions) => {
      const { sendStream } = await import('../app/worker/send-stream.ts');
      const silent = options.json === true;
      const interrupt = listenForInterrupt(() => undefined);
      let lastMs = performance.now();
      try {
        const sent = await sendStream({
          stream,
          topology: options.topology,
          log: options.log,
          brokers: options.brokers,
          registry: options.registry,
          from: options.from,
          withoutLabels: !options.labels,
          stop: interrupt.drain,
          onProgress: (done, total) => {
            if (silent || performance.now() - lastMs < LINE_EVERY_MS) return;
            lastMs = performance.now();
            process.stderr.write(`sent ${done} of ${total}\n`);
          },
        });
        const { next, total, questions, labels } = sent;
        if (silent) console.log(JSON.stringify(sent));
        else console.log(`sent ${questions} questions and ${labels} labels`);
        if (next < total) {
          process.stderr.write(`stopped; go on with --from ${next}\n`);
          process.exitCode = EXIT.interrupted;
        }
      } finally {
        interrupt.dispose();
      }
    });
}
