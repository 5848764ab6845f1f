import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { makeFolders } from '../../../../src/adapters/files/make-folders.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const folder = temporaryFolder();

describe('makeFolders', () => {
  it('makes what is missing, also by a relative path, and leaves what is there', async () => {
    const deep = join(folder, 'a', 'b', 'c');
    await makeFolders(deep);
    await makeFolders(deep);
    await makeFolders(relative('.', join(folder, 'd', 'e')));
    assert.ok(statSync(deep).isDirectory());
    assert.ok(statSync(join(folder, 'd', 'e')).isDirectory());
  });

  it('makes one folder for several who want it at once', async () => {
    const wanted = join(folder, 'x', 'y', 'z');
    await Promise.all(Array.from({ length: 20 }, () => makeFolders(wanted)));
    assert.ok(statSync(wanted).isDirectory());
  });

  it('fails where a file stands in the way', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await assert.rejects(makeFolders(join(file, 'in', 'it')), { code: 'ENOTDIR' });
  });

  it(
    'fails at once where the system makes no folders',
    { skip: !existsSync('/proc/self') && 'there is no /proc here', timeout: 10_000 },
    async () => {
      await assert.rejects(makeFolders('/proc/nosuch/run'), { code: 'ENOENT' });
    },
  );
});
