import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, it, mock } from 'node:test';

import { Command, CommanderError } from 'commander';

import { registerModelCommands } from '../../../src/cli/model-commands.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const cache = temporaryFolder();
const file = join(temporaryFolder(), 'own.gguf');

/** Runs a command and returns what it printed on stdout. */
async function secl(...args: string[]): Promise<string> {
  const program = new Command('secl').exitOverride();
  registerModelCommands(program);
  const quiet = { writeErr: () => undefined };
  program.commands.forEach((command) => {
    command.commands.forEach((leaf) => leaf.exitOverride().configureOutput(quiet));
  });
  const log = mock.method(console, 'log', () => undefined);
  await program.parseAsync(['node', 'secl', 'model', ...args, '--cache', cache]);
  return log.mock.calls.map((call) => String(call.arguments[0])).join('\n');
}

afterEach(() => {
  mock.restoreAll();
  process.exitCode = 0;
});

describe('secl model', () => {
  it('stores a file, lists it, and finds it damaged afterwards', async () => {
    await writeFile(file, 'GGUF and more');
    const pulled = JSON.parse(await secl('pull', 'own', '--from', file, '--json'));
    assert.deepEqual([pulled.name, pulled.alreadyThere], ['own', false]);

    const listed = JSON.parse(await secl('list', '--json')) as {
      cacheFolder: string;
      models: readonly { name: string }[];
    };
    assert.equal(listed.cacheFolder, cache);
    const names = listed.models.map(({ name }) => name);
    assert.ok(names.includes('qwen2.5-coder-0.5b-instruct') && names.includes('own'));

    assert.match(await secl('verify', 'own'), /^own: intact, SHA-256 [0-9a-f]{64}$/);
    assert.notEqual(process.exitCode, 1);
    await writeFile(pulled.path as string, 'GGUF and less');
    const damaged = JSON.parse(await secl('verify', '--json'));
    assert.equal(damaged.models[0].intact, false);
    assert.equal(process.exitCode, 1);
    assert.match(await secl('verify'), /own: DAMAGED.*secl model pull own --force/);
  });

  it('lists what people want to know before they pull', async () => {
    const text = await secl('list');
    assert.match(
      text,
      /qwen2\.5-coder-0\.5b-instruct \(default\)\n {2}available · 491\.4 MB · qwen2/,
    );
    assert.match(text, /Apache-2\.0 · from hub, pypi, path/);
    assert.match(text, /gemma-3-270m\n.*cannot be run yet/);
  });

  it('says what older versions built, and removes it', async () => {
    const name = 'own-0123456789ab-int8-g1';
    await mkdir(join(cache, 'built', name), { recursive: true });
    await writeFile(join(cache, 'built', name, 'model.onnx.data'), new Uint8Array(2_000_000));
    assert.match(
      await secl('list'),
      /Built by older versions: 2\.0 MB; `secl model clean` removes/,
    );
    const outdated = [{ name, bytes: 2_000_000 }];
    assert.deepEqual(JSON.parse(await secl('list', '--json')).outdated, outdated);
    assert.match(
      await secl('clean', '--dry-run'),
      /would be removed, 2\.0 MB\n2\.0 MB would be freed$/,
    );
    assert.deepEqual(JSON.parse(await secl('clean', '--json')), {
      dryRun: false,
      removed: outdated,
      kept: [],
      bytes: 2_000_000,
    });
    assert.equal(await secl('clean'), 'Nothing that older versions built is there.');
    assert.doesNotMatch(await secl('list'), /older versions/);
  });

  it('refuses mistakes with a code and a hint', async () => {
    const unknown = await expectFailure(secl('pull', 'smolm2', '--offline'), 'MODEL_NOT_FOUND');
    assert.match(unknown.hint ?? '', /smollm2-135m-instruct/);
    await expectFailure(secl('build', 'gemma-3-270m', '--offline'), 'MODEL_UNSUPPORTED');
    await expectFailure(secl('build', '/no/such.gguf', '--offline'), 'MODEL_NOT_FOUND');
    for (const args of [
      ['pull', '--source', 'ftp'],
      ['build', '--precision', 'int7'],
      ['verify', '--unknown'],
    ]) {
      await assert.rejects(secl(...args), CommanderError, args.join(' '));
    }
  });
});
