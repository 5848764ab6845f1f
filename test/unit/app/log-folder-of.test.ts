import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { logFolderOf } from '../../../src/app/log-folder-of.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('a run’s log is found, and runs further down are named', async () => {
  const root = temporaryFolder();
  const none = await expectFailure(logFolderOf(root), 'FILE_UNREADABLE');
  assert.match(none.hint ?? '', /the one that holds/);
  for (const name of ['b', 'a', 'd', 'c'])
    await mkdir(join(root, name, 'log'), { recursive: true });
  assert.equal(await logFolderOf(join(root, 'a')), join(root, 'a', 'log'));
  const above = await expectFailure(logFolderOf(root), 'FILE_UNREADABLE');
  const named = ['a', 'b', 'c'].map((name) => join(root, name)).join(' or ');
  assert.equal(above.hint, `Name the folder of a run, e.g. ${named}.`);
});
