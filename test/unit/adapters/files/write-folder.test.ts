import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { writeFolder } from '../../../../src/adapters/files/write-folder.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('writeFolder', () => {
  it('writes texts, bytes and stretches, and counts bytes', async () => {
    const folder = join(temporaryFolder(), 'deep', 'model');
    const counts: number[] = [];
    await writeFolder(
      folder,
      [
        ['a.txt', 'ä'],
        ['b.bin', Uint8Array.of(1, 2, 3)],
        ['c.bin', [Uint8Array.of(4), Uint8Array.of(5, 6)]],
      ],
      { onBytes: (bytes) => counts.push(bytes) },
    );
    assert.equal(readFileSync(join(folder, 'a.txt'), 'utf8'), 'ä');
    assert.deepEqual([...readFileSync(join(folder, 'b.bin'))], [1, 2, 3]);
    assert.deepEqual([...readFileSync(join(folder, 'c.bin'))], [4, 5, 6]);
    assert.deepEqual(counts, [2, 5, 6, 8]);
    assert.deepEqual(readdirSync(join(folder, '..')), ['model']);
  });

  it('uses up a stretch before it asks for the next', async () => {
    const folder = join(temporaryFolder(), 'model');
    const shared = new Uint8Array(2);
    function* stretches(): Generator<Uint8Array> {
      for (let i = 0; i < 5; i += 1) yield shared.fill(i);
    }
    await writeFolder(folder, [['x', stretches()]]);
    assert.deepEqual([...readFileSync(join(folder, 'x'))], [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
  });

  it('replaces what was there, but only when all is written', async () => {
    const parent = temporaryFolder();
    const folder = join(parent, 'model');
    mkdirSync(folder);
    writeFileSync(join(folder, 'old'), 'old');
    function* failing(): Generator<Uint8Array> {
      yield Uint8Array.of(1);
      throw new Error('damaged');
    }
    await assert.rejects(writeFolder(folder, [['new', failing()]]), /damaged/);
    assert.deepEqual([readdirSync(parent), readdirSync(folder)], [['model'], ['old']]);
    await writeFolder(folder, [['new', 'new']]);
    assert.deepEqual([readdirSync(parent), readdirSync(folder)], [['model'], ['new']]);
  });

  it('stops when told, and leaves nothing', async () => {
    const parent = temporaryFolder();
    const abort = new AbortController();
    function* endless(): Generator<Uint8Array> {
      for (let i = 0; ; i += 1) {
        if (i === 3) abort.abort();
        yield new Uint8Array(10);
      }
    }
    const files: [string, Iterable<Uint8Array>][] = [['x', endless()]];
    const { signal } = abort;
    await expectFailure(writeFolder(join(parent, 'model'), files, { signal }), 'CANCELLED');
    assert.deepEqual(readdirSync(parent), []);
  });

  it('says why the disk refuses', async () => {
    const parent = temporaryFolder();
    writeFileSync(join(parent, 'file'), '');
    const error = await expectFailure(
      writeFolder(join(parent, 'file', 'model'), []),
      'STORE_FAILED',
    );
    assert.match(error.message, /file.model/);
  });
});
