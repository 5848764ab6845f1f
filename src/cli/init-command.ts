import type { Command } from 'commander';

/** Where a topology goes if nothing else is said. */
const FILE = 'topology.yaml';

/** Adds `secl init`. */
export function registerInitCommand(program: Command): void {
  program
    .command('init')
    .description('write a topology with every setting, its default and a comment to each')
    .argument('[file]', 'file to write', FILE)
    .option('--name <name>', 'name of the pipeline', 'qa')
    .option('--force', 'write over a file that is there')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Editors with a YAML language server complete the keys: the first line names the schema.

Examples:
  secl init && secl topology check topology.yaml
  secl init pipelines/support.yaml --name support`,
    )
    .action(async (file: string, options: { name: string; force?: true; json?: true }) => {
      const { initTopology } = await import('../app/init-topology.ts');
      const { name, force = false } = options;
      await initTopology({ file, name, force });
      console.log(
        options.json === true
          ? JSON.stringify({ file, name })
          : `${file} holds every setting of "${name}". Change it, then: secl replay STREAM --topology ${file}`,
      );
    });
}
