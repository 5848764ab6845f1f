import type { Command } from 'commander';
import { addBrokerOptions, type BrokerCommandOptions } from './broker-options.ts';
import { textTable } from './text-table.ts';
import { wholeNumber } from './whole-number.ts';

interface TopicsCreateOptions extends BrokerCommandOptions {
  readonly partitions?: number;
  readonly json?: true;
}

/** Adds `secl topics create`. */
export function registerTopicsCommand(program: Command): void {
  const topics = program.command('topics').description('the topics of a pipeline');
  addBrokerOptions(
    topics
      .command('create')
      .description(
        'create the topics of a pipeline that are not there yet, and register its schemas where there is a registry',
      ),
  )
    .option(
      '--partitions <n>',
      'partitions of questions, answers, labels, windows and dead letters; wins over the topology',
      wholeNumber(1),
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
A topic that is there keeps its partitions; the command may be given as often as you like.

Examples:
  secl topics create --brokers localhost:9092 --partitions 4
  secl topics create --log runs/mine`,
    )
    .action(async (options: TopicsCreateOptions) => {
      const { createTopics } = await import('../app/worker/create-topics.ts');
      const { topics: created, subjects } = await createTopics(options);
      if (options.json === true) {
        console.log(JSON.stringify({ topics: created, subjects }, null, 2));
        return;
      }
      console.log(
        textTable(
          ['topic', 'partitions', 'cleanup', ''],
          created.map(({ name, partitions, cleanup, created: isNew }) => [
            name,
            String(partitions),
            cleanup,
            isNew ? 'created' : 'was there',
          ]),
        ),
      );
      if (subjects.length > 0)
        console.log(
          `\n${textTable(
            ['subject', 'schema id', ''],
            subjects.map(({ subject, id, created: isNew }) => [
              subject,
              String(id),
              isNew ? 'registered' : 'was there',
            ]),
          )}`,
        );
    });
}
