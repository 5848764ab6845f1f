import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../../src/app/package-root.ts';
import { readPageFiles } from '../../../src/dashboard/page-files.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const page = join(packageRoot(), 'page');

test('the files of a folder by name, of known kinds alone', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'a.js'), 'x');
  writeFileSync(join(folder, 'secret.txt'), 'x');
  const files = await readPageFiles(folder);
  assert.deepEqual([...files.keys()], ['a.js']);
  assert.equal(files.get('a.js')?.type, 'text/javascript; charset=utf-8');
});

test('a folder that is not there is said to be so', async () => {
  await expectFailure(readPageFiles('/nowhere/at/all'), 'FILE_UNREADABLE');
});

test('the page loads nothing from elsewhere, and makes no markup of text', async () => {
  for (const name of (await readPageFiles(page)).keys()) {
    const text = readFileSync(join(page, name), 'utf8');
    assert.doesNotMatch(
      text.replaceAll('http://www.w3.org/', ''),
      /https?:|\/\/[a-z]+\.[a-z]/,
      name,
    );
    assert.doesNotMatch(
      text,
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|eval\(|Function\(|javascript:|\son[a-z]+=|style=/,
      name,
    );
  }
});
