import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, describe, it, mock } from 'node:test';
import { Command } from 'commander';
import { registerInitCommand } from '../../../src/cli/init-command.ts';
import { connectionText, registerTopologyCommands } from '../../../src/cli/topology-commands.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const file = join(temporaryFolder(), 'mine.yaml');

/** Runs a command and returns what it printed on stdout. */
async function secl(...args: string[]): Promise<string> {
  const program = new Command('secl').exitOverride();
  registerInitCommand(program);
  registerTopologyCommands(program);
  const log = mock.method(console, 'log', () => undefined);
  await program.parseAsync(['node', 'secl', ...args]);
  return log.mock.calls.map((call) => String(call.arguments[0])).join('\n');
}

afterEach(() => {
  mock.restoreAll();
});

describe('secl init and secl topology', () => {
  it('write a file, check it, describe it and show it', async () => {
    assert.match(await secl('init', file, '--name', 'mine'), /every setting of "mine"/);
    mock.restoreAll();
    assert.match(await secl('topology', 'check', file), /"mine" has no faults/);
    mock.restoreAll();
    assert.match(await secl('topology', 'describe', file), /^flowchart LR$/m);
    mock.restoreAll();
    const shown = await secl('topology', 'show', file);
    assert.match(shown, /^gate\.burst +24 +.*mine\.yaml:\d+$/m);
    mock.restoreAll();
    assert.match(
      await secl('topology', 'show'),
      /^model\.precision +"int8" +topologies\/qa\.yaml:\d+$/m,
    );
  });

  it('say of a connection what is wrong, and what to do', () => {
    const [topic, fault, remedy] = ['qa.answers', 'is missing', 'make it'];
    const at = { name: 'mine', place: 'Kafka at a:1' };
    assert.equal(
      connectionText({ ...at, faults: [], notes: [{ topic, fault: 'differs', remedy: 'see' }] }),
      '"mine" can run on Kafka at a:1\n  qa.answers differs: see',
    );
    assert.equal(
      connectionText({
        ...at,
        faults: [
          { topic, fault, remedy },
          { subject: 'qa.answers-value', fault, remedy },
        ],
        notes: [],
      }),
      '"mine" does not fit Kafka at a:1:\n  qa.answers is missing: make it\n  the subject qa.answers-value is missing: make it',
    );
  });

  it('show no default with --set', async () => {
    const printed = JSON.parse(await secl('topology', 'show', '--set', '--json')) as {
      settings: { origin: { kind: string } }[];
    };
    assert.ok(printed.settings.length > 0);
    assert.ok(printed.settings.every(({ origin }) => origin.kind !== 'default'));
  });
});
