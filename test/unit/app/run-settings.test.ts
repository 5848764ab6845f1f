import assert from 'node:assert/strict';
import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadTopology } from '../../../src/app/load-topology.ts';
import { packageRoot } from '../../../src/app/package-root.ts';
import { readRunSettings, writeRunSettings } from '../../../src/app/run-settings.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const shipped = join(packageRoot(), 'topologies');

async function settingsOf(file?: string) {
  return {
    title: 'a stream',
    model: 'stand-in',
    topology: await loadTopology(file),
    questions: 7,
    startedAt: '2026-01-02T03:04:05.000Z',
    provenance: [{ name: 'Precision', value: 'int8' }],
  };
}

describe('run settings', () => {
  it('come back as they were written, under every shipped topology', async () => {
    const files = (await readdir(shipped, { recursive: true })).filter((name) =>
      name.endsWith('.yaml'),
    );
    assert.ok(files.length > 40, `${files.length} topologies`);
    for (const file of files) {
      const folder = temporaryFolder();
      const settings = await settingsOf(join(shipped, file));
      await writeRunSettings(folder, settings);
      assert.deepEqual(await readRunSettings(folder), settings, file);
    }
  });

  it('are replaced whole: whoever reads the old ones meanwhile reads them to their end', async () => {
    const folder = temporaryFolder();
    const settings = await settingsOf();
    await writeRunSettings(folder, settings);
    const reader = await open(join(folder, 'run.json'));
    try {
      await writeRunSettings(folder, { ...settings, title: 'another' });
      assert.match(await reader.readFile('utf8'), /"title": "a stream"/);
    } finally {
      await reader.close();
    }
    assert.equal((await readRunSettings(folder))?.title, 'another');
    assert.deepEqual(await readdir(folder), ['run.json']);
  });

  it('are undefined where none were written', async () => {
    assert.equal(await readRunSettings(temporaryFolder()), undefined);
  });

  it('that are damaged, edited, or of another version are refused with what to do', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'run.json');
    await writeRunSettings(folder, await settingsOf());
    const text = await readFile(file, 'utf8');
    for (const damaged of [
      text.slice(0, text.length / 2),
      text.replace('"version": 1', '"version": 2'),
      text.replace('"bins": 10', '"bins": -1'),
      'null',
    ]) {
      assert.notEqual(damaged, text);
      await writeFile(file, damaged);
      const error = await expectFailure(readRunSettings(folder), 'FILE_UNREADABLE');
      assert.match(error.hint ?? '', /--topology/);
    }
  });
});
