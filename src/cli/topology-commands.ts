import type { Command } from 'commander';
import { checkTopology, describeTopologyFile } from '../app/topology-files.ts';

/** Adds `secl topology check|describe`. */
export function registerTopologyCommands(program: Command): void {
  const topology = program.command('topology').description('check and describe pipelines');
  topology
    .command('check')
    .description('check a topology file; every fault is told with its line and column')
    .argument('[file]', 'topology file (YAML); the default one if left out')
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, options: { json?: true }) => {
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
