import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { initTopology } from '../../../src/app/init-topology.ts';
import { loadTopology } from '../../../src/app/load-topology.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();

describe('initTopology', () => {
  it('writes a file that loads, and whose schema is where it says', async () => {
    const file = join(folder, 'deep', 'mine.yaml');
    await initTopology({ file, name: 'mine', force: false });
    assert.equal((await loadTopology(file)).name, 'mine');
    const [first = ''] = (await readFile(file, 'utf8')).split('\n');
    const [, schema = ''] = first.split('$schema=');
    const { title } = JSON.parse(await readFile(resolve(dirname(file), schema), 'utf8')) as {
      title: string;
    };
    assert.equal(title, 'SECL-Stream topology');
  });

  it('writes over nothing unless it is told to', async () => {
    const file = join(folder, 'there.yaml');
    await writeFile(file, 'mine');
    const refused = await expectFailure(initTopology({ file, name: 'a', force: false }), 'USAGE');
    assert.match(refused.hint ?? '', /--force/);
    assert.equal(await readFile(file, 'utf8'), 'mine');
    await initTopology({ file, name: 'a', force: true });
    assert.equal((await loadTopology(file)).name, 'a');
  });

  it('refuses a name that no pipeline may have, and a folder in the file’s place', async () => {
    const file = join(folder, 'bad.yaml');
    await expectFailure(initTopology({ file, name: 'Not one', force: false }), 'USAGE');
    await assert.rejects(readFile(file), { code: 'ENOENT' });
    await mkdir(file);
    await expectFailure(initTopology({ file, name: 'a', force: true }), 'FILE_UNREADABLE');
  });
});
