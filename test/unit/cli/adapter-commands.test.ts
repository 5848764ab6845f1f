import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, before, describe, it, mock } from 'node:test';

import { Command, CommanderError } from 'commander';

import { registerAdapterCommands } from '../../../src/cli/adapter-commands.ts';
import { writeAdapterConfig } from '../../../src/peft/adapter-config.ts';
import { encodeAdapter } from '../../../src/peft/adapter-weights.ts';
import { adapterDecision, adapterRecord, writeAdapterRun } from '../../support/adapter-run.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { goldenAdapter } from '../../support/golden-adapter.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { tinyGguf } from '../../support/tiny-network.ts';

const root = temporaryFolder();

/** Runs a command and returns what it printed on stdout. */
async function secl(...args: string[]): Promise<string> {
  const program = new Command('secl').exitOverride();
  registerAdapterCommands(program);
  const quiet = { writeErr: () => undefined };
  program.commands.forEach((command) => {
    command.commands.forEach((leaf) => leaf.exitOverride().configureOutput(quiet));
  });
  const log = mock.method(console, 'log', () => undefined);
  await program.parseAsync(['node', 'secl', 'adapter', ...args]);
  return log.mock.calls.map((call) => String(call.arguments[0])).join('\n');
}

afterEach(() => {
  mock.restoreAll();
});

describe('secl adapter', () => {
  let run: string;
  before(async () => {
    run = await mkdtemp(join(root, 'run-'));
    await writeAdapterRun(
      run,
      [adapterRecord(), adapterRecord({ version: 2, parentVersion: 1 })],
      [
        adapterDecision(),
        adapterDecision({ version: 2, decision: 'refused', code: 'MEAN_MOVED', reason: 'too far' }),
      ],
    );
  });

  it('lists versions, for people and as JSON', async () => {
    assert.equal(
      await secl('list', '--run', run),
      [
        'qa: version 1 acts',
        '* 1 · accepted · from base · position · loss 0.5000 → 0.2500 · 2 questions · 5.1 kB',
        '  2 · refused (MEAN_MOVED) · from 1 · position · loss 0.5000 → 0.2500 · 2 questions · 5.1 kB',
      ].join('\n'),
    );
    const listed = JSON.parse(await secl('list', '--run', run, '--json')) as {
      activeVersion: number;
      versions: readonly Record<string, unknown>[];
    };
    assert.equal(listed.activeVersion, 1);
    assert.equal(listed.versions[1]!['status'], 'refused');
    assert.ok(!('weights' in listed.versions[0]!), 'the bytes are left out');
  });

  it('shows a version with its decisions and whether its bytes are whole', async () => {
    const text = await secl('show', '2', '--run', run);
    assert.match(text, /^version 2 of qa: refused$/m);
    assert.match(text, /^from: version 1, batch batch-1, by embedded$/m);
    assert.match(text, /rank 2, alpha 5, on q, k, o, down of the last 2 layers/);
    assert.match(text, /^bytes \(SHA-256\): [0-9a-f]{64}, 5.1 kB, whole$/m);
    assert.match(text, /^2026-\S+ refused \(MEAN_MOVED\): too far$/m);
  });

  // Any trainer on the broker writes these.
  it('passes on nothing that would steer a terminal', async () => {
    const other = await mkdtemp(join(root, 'run-'));
    await writeAdapterRun(
      other,
      [adapterRecord({ trainer: 'evil\u001b[2J' })],
      [adapterDecision({ reason: 'so\u202e.' })],
    );
    const text = await secl('show', '1', '--run', other);
    assert.match(text, /by evil\ufffd\[2J$/m);
    assert.match(text, /^2026-\S+ accepted \(none\): so\ufffd\.$/m);
  });

  it('rolls back, freezes and unfreezes', async () => {
    assert.equal(await secl('rollback', '0', '--run', run), 'qa: no adapter acts');
    assert.equal(await secl('freeze', '--run', run), 'qa: no adapter acts, frozen');
    const again = await secl('freeze', '--run', run);
    assert.equal(again, 'qa: no adapter acts, frozen already; nothing was changed');
    assert.equal(await secl('rollback', '1', '--run', run), 'qa: version 1 acts, frozen');
    assert.equal(await secl('unfreeze', '--run', run), 'qa: version 1 acts');
    await expectFailure(secl('rollback', '2', '--run', run), 'ADAPTER_REFUSED');
  });

  it('exports what it then imports, held against a model', async () => {
    const model = join(root, 'tiny.gguf');
    writeFileSync(model, tinyGguf('llama'));
    const peft = join(root, 'peft');
    mkdirSync(peft);
    const whole = goldenAdapter('llama');
    // By default a third of the layers takes adapters, on q, v and o: of three the last.
    const weights = {
      ...whole,
      sites: whole.sites.filter(({ layer, projection }) => layer === 2 && projection === 'o'),
    };
    writeFileSync(join(peft, 'adapter_model.safetensors'), encodeAdapter(weights));
    writeFileSync(join(peft, 'adapter_config.json'), writeAdapterConfig(weights, ''));
    const own = await mkdtemp(join(root, 'run-'));
    const base = ['--run', own, '--model', model, '--cache', join(root, 'cache'), '--offline'];
    // What it says to do next can be typed as it stands; it left `--run` out, which is needed.
    const imported = await secl('import', peft, ...base);
    assert.match(imported, /version 1 of tiny-[0-9a-f]{12} is imported/);
    assert.ok(imported.endsWith(`\`secl adapter rollback 1 --run ${own}\``), imported);
    assert.match(
      await secl('list', '--run', own),
      /1 · undecided · from base · conversation · imp/,
    );
    assert.match(await secl('rollback', '1', '--run', own), /^tiny-[0-9a-f]{12}: version 1 acts$/);
    const out = join(root, 'out');
    assert.equal(await secl('export', '1', '--out', out, '--run', own), `version 1 is in ${out}`);
    assert.deepEqual(
      new Uint8Array(readFileSync(join(out, 'adapter_model.safetensors'))),
      encodeAdapter(weights),
    );
    writeFileSync(join(peft, 'adapter_model.safetensors'), encodeAdapter(whole));
    const error = await expectFailure(secl('import', peft, ...base), 'ADAPTER_REFUSED');
    assert.match(error.message, /UNKNOWN_SITE/);
  });

  it('refuses wrong usage', async () => {
    const wrong = (...args: string[]): Promise<void> =>
      assert.rejects(secl(...args), (error) => error instanceof CommanderError);
    await wrong('list');
    await wrong('show', '0', '--run', run);
    await wrong('show', 'x', '--run', run);
    await wrong('rollback', '4294967296', '--run', run);
    await wrong('export', '1', '--run', run);
    await wrong('import', 'x', '--run', run, '--scope', 'everywhere');
    await expectFailure(secl('list', '--run', join(root, 'none')), 'FILE_UNREADABLE');
  });
});
