import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { writeText } from '../../../src/app/write-text.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();

describe('writeText', () => {
  it('writes, and writes over', async () => {
    const file = join(folder, 'a.txt');
    await writeText(file, 'one');
    await writeText(file, 'two');
    assert.equal(await readFile(file, 'utf8'), 'two');
    await assert.rejects(writeText(file, 'three', { exclusive: true }), { code: 'EEXIST' });
  });

  it('names the file that it cannot write', async () => {
    const wrong = await expectFailure(writeText(folder, 'x'), 'FILE_UNREADABLE');
    assert.ok(wrong.message.includes(folder));
  });

  // Linux has a device that is always full.
  it(
    'says so where the disk is full',
    { skip: !existsSync('/dev/full') && 'there is no /dev/full here' },
    async () => {
      const full = await expectFailure(writeText('/dev/full', 'x'), 'FILE_UNREADABLE');
      assert.match(full.hint ?? '', /The disk is full/);
    },
  );
});
