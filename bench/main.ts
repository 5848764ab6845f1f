/** `npm run bench`: what this project's figures come from. `npm run bench -- --help` says what there is. */
import { availableParallelism } from 'node:os';
import { Command, CommanderError, Option } from 'commander';
import { DEFAULT_MODEL } from '../src/app/model-choices.ts';
import { FORMATS } from '../src/app/stream-choices.ts';
import { describeError, errorLines } from '../src/cli/describe-error.ts';
import { EXIT, exitCodeOf } from '../src/cli/exit-code.ts';
import { positiveNumber } from '../src/cli/positive-number.ts';
import { wholeNumber } from '../src/cli/whole-number.ts';
import { measureGateRunLengths, type GateRunLengthOptions } from './gate-run-lengths.ts';
import { measureGateThresholds, type GateThresholdOptions } from './gate-thresholds.ts';
import { writeGateQuestions, type GateQuestionOptions } from './gate-questions.ts';
import { writeGateStatistics, type GateStatisticsOptions } from './gate-statistics.ts';
import { measureGate, type GateMeasureOptions } from './gate.ts';
import { measurePeer, type PeerOptions } from './peer-speed.ts';
import { measureQuantization, type QuantizationOptions } from './quantization.ts';
import { measureLoad, type LoadOptions } from './load.ts';
import { publish, type OutputOptions } from './result.ts';
import { measureSpeed, type SpeedOptions } from './speed.ts';
import { measureTelemetry, type TelemetryOptions } from './telemetry.ts';
import { measureTraining, type TrainingSpeedOptions } from './training-speed.ts';

const PRECISIONS = ['int8', 'int4', 'fp32'];

/** Options of every subcommand. */
function addCommonOptions(command: Command): Command {
  return command
    .option('--model <name|path>', 'catalogue name or GGUF file', DEFAULT_MODEL)
    .option('--cache <folder>', 'model cache; wins over SECL_CACHE_DIR')
    .option(
      '--threads <n>',
      'threads of every engine',
      wholeNumber(1),
      Math.min(2, availableParallelism()),
    )
    .option('--seed <n>', 'draws token ids and questions', wholeNumber(0), 1)
    .option('--json <file>', 'write figures and machine as JSON');
}

const precision = (): Option =>
  new Option('--precision <kind>', "weights of this project's engine")
    .choices(PRECISIONS)
    .default('int8');
const ROUNDS = ['--rounds <n>', 'counted rounds, after one that warms up'] as const;

const program = new Command('npm run bench --')
  .description('measures speed, the peer, what quantisation costs, training, and drift gates')
  .showHelpAfterError('(add --help for how it is used)')
  .addHelpText(
    'after',
    `
Examples:
  npm run bench -- speed --json bench/results/speed.json
  npm run bench -- peer --model smollm2-135m-instruct
  npm run bench -- gate statistics.jsonl --gate default control --json bench/results/gate.json
  npm run bench -- quantization --questions NQ-open.dev.jsonl --format nq-open --int4
Without a subcommand: speed, peer, quantization and training, one after the other, with their defaults.`,
  )
  .exitOverride();

addCommonOptions(
  program
    .command('speed')
    .description('questions per second of a replay; prefill and decode tokens per second; memory'),
)
  .addOption(precision())
  .option(...ROUNDS, wholeNumber(1), 3)
  .option('--per-domain <n>', 'questions of each of four domains', wholeNumber(1), 6)
  .action((options: SpeedOptions & OutputOptions) =>
    publish('speed', options, () => measureSpeed(options)),
  );

addCommonOptions(
  program
    .command('peer')
    .description('this engine and node-llama-cpp on the same file, ids and threads'),
)
  .addOption(precision())
  .option(...ROUNDS, wholeNumber(1), 3)
  .action((options: PeerOptions & OutputOptions) =>
    publish('peer', options, () => measurePeer(options)),
  );

addCommonOptions(
  program
    .command('quantization')
    .description('next-token distributions and greedy answers of int8 against fp32'),
)
  .option('--int4', 'compare int4 too', false)
  .option('--prompts <n>', 'how many prompts', wholeNumber(1), 100)
  .option('--questions <file>', 'stream file; generated questions if left out')
  .addOption(
    new Option('--format <format>', '--questions is a published file, not a stream').choices(
      FORMATS,
    ),
  )
  .action(
    ({
      int4,
      ...options
    }: Omit<QuantizationOptions, 'precisions'> & OutputOptions & { int4: boolean }) =>
      publish('quantization', options, () =>
        measureQuantization({ ...options, precisions: int4 ? ['int8', 'int4'] : ['int8'] }),
      ),
  );

addCommonOptions(
  program
    .command('training')
    .description('one training step on 8 samples, against PyTorch with PEFT where it is there'),
)
  .option(...ROUNDS, wholeNumber(1), 3)
  .option('--tokens <n>', 'tokens of a sample', wholeNumber(2), 200)
  .option('--python <path>', 'Python with torch, transformers, peft and gguf; else no peer')
  .action((options: TrainingSpeedOptions & OutputOptions) =>
    publish('training', options, () => measureTraining(options)),
  );

addCommonOptions(
  program
    .command('telemetry')
    .description('processor time of replays with traces and metrics against without'),
)
  .option('--pairs <n>', 'pairs of replays', wholeNumber(2), 10)
  .option('--replays <n>', 'replays with and as many without in a pair', wholeNumber(1), 4)
  .option('--per-domain <n>', 'questions of each of four domains', wholeNumber(1), 1)
  .action((options: TelemetryOptions & OutputOptions) =>
    publish('telemetry', options, () => measureTelemetry(options)),
  );

const seed = ['--seed <n>', 'draws orderings and runs', wholeNumber(0), 1] as const;
const json = ['--json <file>', 'write figures and machine as JSON'] as const;

program
  .command('load')
  .description(
    'the pipeline with the stand-in model on a Kafka broker, against a bare kafkajs loop',
  )
  .option('--questions <n>', 'questions altogether', wholeNumber(1), 1_000_000)
  .option(...ROUNDS, wholeNumber(1), 10)
  .option('--batch <n>', 'questions in a transaction', wholeNumber(1), 64)
  .option('--bare-share <x>', 'share of the questions for the bare loops', positiveNumber(1), 1)
  .option('--minutes <n>', 'no round begins later', positiveNumber(), Infinity)
  .option(...json)
  .action((options: LoadOptions & OutputOptions) =>
    publish('load', options, () => measureLoad(options)),
  );

program
  .command('gate')
  .description(
    'how soon drift gates find changes, and how often they are wrong, on cached statistics',
  )
  .argument('<files...>', 'JSON lines with domain, entropyNats, answerProbability, hidden (base64)')
  .option('--orderings <n>', 'seeded re-orderings of each kind', wholeNumber(1), 500)
  .option('--gate <text...>', 'only gates whose name contains one of these')
  .option(...seed)
  .option(...json)
  .action((files: string[], options: GateMeasureOptions & OutputOptions) =>
    publish('gate', options, () => measureGate(files, options)),
  );

addCommonOptions(
  program
    .command('gate-statistics')
    .description('writes what drift gates see of the questions of streams, for `gate`')
    .argument('<streams...>', 'stream files'),
)
  .requiredOption('--out <file>', 'JSON lines; replaced if it is there')
  .option('--hidden-only', 'hidden states alone: no answer is written', false)
  .option('--except <streams...>', 'leave out what these streams ask')
  .option('--by-stream', "each stream is a domain, whatever its questions' own", false)
  .option('--passes <file>', 'take what a compare run kept in its file `passes`')
  .action((streams: string[], options: GateStatisticsOptions & OutputOptions) =>
    publish('gate-statistics', options, () => writeGateStatistics(streams, options)),
  );

program
  .command('gate-questions')
  .description('writes a stream of question families that no setting of the gate was chosen on')
  .requiredOption('--out <file>', 'stream file; replaced if it is there')
  .option('--per-family <n>', 'questions of each family', wholeNumber(1), 150)
  .option(...seed)
  .action((options: GateQuestionOptions & OutputOptions) =>
    publish('gate-questions', options, () => writeGateQuestions(options)),
  );

program
  .command('gate-thresholds')
  .description('simulates the table of src/drift/threshold-table.ts')
  .option('--runs <n>', 'runs behind every number', wholeNumber(1), 200)
  .option(...seed)
  .option(...json)
  .action((options: GateThresholdOptions & OutputOptions) =>
    publish('gate-thresholds', options, () => Promise.resolve(measureGateThresholds(options))),
  );

program
  .command('gate-run-lengths')
  .description('false alarms of the default gate on synthetic hidden states, where nothing changes')
  .option('--runs <n>', 'runs on each kind of cloud', wholeNumber(1), 100)
  .option(...seed)
  .option(...json)
  .action((options: GateRunLengthOptions & OutputOptions) =>
    publish('gate-run-lengths', options, () => Promise.resolve(measureGateRunLengths(options))),
  );

/** What a call without a subcommand measures: what needs no files and takes minutes, not more. */
const WITHOUT_SUBCOMMAND = ['speed', 'peer', 'quantization', 'training'];

for (const command of program.commands)
  command.exitOverride().showHelpAfterError('(add --help for how it is used)');

/** Runs one command line. */
async function main(words: readonly string[]): Promise<void> {
  await program.parseAsync([...words], { from: 'user' });
}

try {
  const words = process.argv.slice(2);
  if (words.length > 0) await main(words);
  else for (const name of WITHOUT_SUBCOMMAND) await main([name]);
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else {
    process.stderr.write(errorLines(describeError(error)));
    process.exitCode = exitCodeOf(error);
  }
}
