import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Command } from 'commander';
import { registerStreamCommands } from '../../../src/cli/stream-commands.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();

function stream(...args: string[]): Promise<unknown> {
  const program = new Command('secl').exitOverride();
  registerStreamCommands(program);
  return program.parseAsync(['stream', ...args], { from: 'user' });
}

describe('secl stream make and mix', () => {
  it('refuse a setting of another blend and say which one takes it', async () => {
    const out = join(folder, 'refused.jsonl');
    for (const [option, owner, blend] of [
      ['--window', 'gradual', 'abrupt'],
      ['--window', 'gradual', 'recurring'],
      ['--cycles', 'recurring', 'gradual'],
      ['--cycles', 'recurring', 'shuffled'],
    ] as const)
      for (const command of [['make'], ['mix', 'a.jsonl']]) {
        const error = await expectFailure(
          stream(...command, '--out', out, '--blend', blend, option, '4'),
          'USAGE',
        );
        assert.equal(error.message, `${option} belongs to --blend ${owner}; the blend is ${blend}`);
      }
    assert.equal(existsSync(out), false);
  });

  it('take it with its own blend', async () => {
    for (const [option, blend] of [
      ['--window', 'gradual'],
      ['--cycles', 'recurring'],
    ] as const) {
      const out = join(folder, `${blend}.jsonl`);
      await stream(
        'make',
        '--out',
        out,
        '--per-domain',
        '6',
        '--blend',
        blend,
        option,
        '4',
        '--json',
      );
      assert.equal(existsSync(out), true);
    }
  });
});
