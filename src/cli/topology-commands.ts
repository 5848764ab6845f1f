import type { Command } from 'commander';
import { checkConnection } from '../app/worker/check-connection.ts';
import { checkTopology, describeTopologyFile } from '../app/topology-files.ts';
import { EXIT } from './exit-code.ts';

interface CheckOptions {
  readonly connect?: true;
  readonly log?: string;
  readonly brokers?: string;
  readonly json?: true;
}

/** Says what is missing at the other end; exit code 1 if anything is. */
async function connect(file: string | undefined, options: CheckOptions): Promise<void> {
  const { log, brokers, json } = options;
  const connection = await checkConnection({ topology: file, log, brokers });
  const { name, place, faults } = connection;
  if (json === true)
    console.log(JSON.stringify({ valid: faults.length === 0, ...connection }, null, 2));
  else if (faults.length === 0) console.log(`"${name}" can run on ${place}`);
  else {
    console.log(`"${name}" cannot run on ${place}:`);
    for (const { topic, fault } of faults) console.log(`  ${topic} ${fault}`);
    console.log('Create what is missing with `secl topics create`.');
  }
  if (faults.length > 0) process.exitCode = EXIT.failed;
}

/** Adds `secl topology check|describe`. */
export function registerTopologyCommands(program: Command): void {
  const topology = program.command('topology').description('check and describe pipelines');
  topology
    .command('check')
    .description('check a topology file; every fault is told with its line and column')
    .argument('[file]', 'topology file (YAML); the default one if left out')
    .option('--connect', 'also connect to its broker, and tell which topics are missing or wrong')
    .option('--log <folder>', 'with --connect: the embedded log in this folder')
    .option('--brokers <host:port,…>', 'with --connect: Kafka at these addresses')
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, options: CheckOptions) => {
      if (options.connect === true) {
        await connect(file, options);
        return;
      }
      const name = await checkTopology(file);
      console.log(
        options.json === true
          ? JSON.stringify({ valid: true, name })
          : `${file ?? 'the default topology'}: "${name}" has no faults`,
      );
    });
  topology
    .command('describe')
    .description('outline a topology and draw it as Mermaid')
    .argument('[file]', 'topology file (YAML); the default one if left out')
    .option('--json', 'print the complete settings, defaults filled in, as JSON')
    .action(async (file: string | undefined, options: { json?: true }) => {
      const { text, settings } = await describeTopologyFile(file);
      console.log(options.json === true ? JSON.stringify(settings, null, 2) : text);
    });
}
