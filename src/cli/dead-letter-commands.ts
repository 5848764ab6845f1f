import type { Command } from 'commander';
import type { PlacedLetter } from '../app/worker/dead-letters.ts';
import { describeLetter, letterJson, letterRow } from '../app/worker/describe-letter.ts';
import { addBrokerOptions, type BrokerCommandOptions } from './broker-options.ts';
import { SeclError } from '../errors/secl-error.ts';
import { textTable } from './text-table.ts';

interface LetterCommandOptions extends BrokerCommandOptions {
  readonly code?: string;
  readonly all?: true;
  readonly json?: true;
}

/** Adds `secl dead-letters list|show|retry`. */
export function registerDeadLetterCommands(program: Command): void {
  const letters = program
    .command('dead-letters')
    .description('records that could not be answered: list them, look at one, try them again');
  addBrokerOptions(letters.command('list').description('list dead letters with their reasons'))
    .option('--code <code>', 'those with this code alone, e.g. RECORD_INVALID')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Example:
  secl dead-letters list --log runs/mine --code CONTEXT_OVERFLOW`,
    )
    .action(async (options: LetterCommandOptions) => {
      const { listDeadLetters } = await import('../app/worker/dead-letters.ts');
      const found = await listDeadLetters(filterOf(options));
      if (options.json === true)
        console.log(JSON.stringify({ deadLetters: found.map(letterJson) }, null, 2));
      else if (found.length === 0) console.log('there are none');
      else
        console.log(
          textTable(['id', 'record', 'code', 'failed at', 'reason'], found.map(letterRow)),
        );
    });
  addBrokerOptions(
    letters
      .command('show')
      .description('show one dead letter, with the beginning of its bytes')
      .argument('<id>', 'PARTITION/OFFSET, as listed'),
  )
    .option('--json', 'print JSON, with all of its bytes in base64')
    .action(async (id: string, options: LetterCommandOptions) => {
      const { listDeadLetters } = await import('../app/worker/dead-letters.ts');
      const [found] = await listDeadLetters({ ...filterOf(options), ids: [id] });
      const placed = found as PlacedLetter;
      console.log(
        options.json === true
          ? JSON.stringify(letterJson(placed), null, 2)
          : describeLetter(placed),
      );
    });
  addBrokerOptions(
    letters
      .command('retry')
      .description('write the records of dead letters to their topic again')
      .argument('[ids...]', 'PARTITION/OFFSET each, as listed'),
  )
    .option('--all', 'all of them')
    .option('--code <code>', 'all of those with this code')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
The letters stay where they are; a record that fails again leaves another one. Worth it after what
was wrong has been put right: a limit of the topology, a schema that was not known.

Examples:
  secl dead-letters retry 0/17 --log runs/mine
  secl dead-letters retry --code CONTEXT_OVERFLOW --brokers localhost:9092`,
    )
    .action(async (ids: readonly string[], options: LetterCommandOptions) => {
      if (ids.length === 0 && options.all !== true && options.code === undefined)
        throw new SeclError('USAGE', 'no dead letter is named', {
          hint: 'Name ids, or --code CODE, or --all.',
        });
      const { retryDeadLetters } = await import('../app/worker/dead-letters.ts');
      const done = await retryDeadLetters({
        ...filterOf(options),
        ...(ids.length === 0 ? {} : { ids }),
      });
      if (options.json === true) {
        console.log(JSON.stringify(done, null, 2));
        return;
      }
      console.log(`${done.retried.length} written again`);
      for (const { id, reason } of done.refused) console.log(`${id} was left alone: ${reason}`);
    });
}

function filterOf({ topology, log, brokers, registry, code }: LetterCommandOptions): {
  topology: string | undefined;
  log: string | undefined;
  brokers: string | undefined;
  registry: string | undefined;
  code: string | undefined;
} {
  return { topology, log, brokers, registry, code };
}
