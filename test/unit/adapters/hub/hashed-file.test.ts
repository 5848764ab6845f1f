import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { formatBytes, requireDiskSpace } from '../../../../src/adapters/hub/disk-space.ts';
import { HashedFile, hashFile } from '../../../../src/adapters/hub/hashed-file.ts';
import { storeFailure } from '../../../../src/adapters/hub/store-failure.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const folder = temporaryFolder();
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
// Longer than one read of the hash, and not a multiple of it.
const BYTES = Buffer.alloc(2_500_001, 'abcdefg');

describe('HashedFile', () => {
  it('knows the hash of what was there, what is kept and what was appended', async () => {
    const path = join(folder, 'kept');
    await writeFile(path, Buffer.concat([BYTES, Buffer.from('to be cut off')]));
    const file = await HashedFile.open(path, BYTES.length);
    assert.deepEqual(file.digest(), { sha256: sha256(BYTES), sizeBytes: BYTES.length });
    await file.append(Buffer.from('more'));
    await file.sync();
    const whole = Buffer.concat([BYTES, Buffer.from('more')]);
    assert.deepEqual(file.digest(), { sha256: sha256(whole), sizeBytes: whole.length });
    await file.close();
    assert.deepEqual(await readFile(path), whole);
    assert.deepEqual(await hashFile(path), { sha256: sha256(whole), sizeBytes: whole.length });
  });

  it('starts again from nothing', async () => {
    const path = join(folder, 'again');
    const file = await HashedFile.open(path, 0);
    await file.append(BYTES);
    await file.restart();
    await file.append(Buffer.from('new'));
    assert.equal(file.digest().sha256, sha256(Buffer.from('new')));
    await file.close();
    assert.equal(await readFile(path, 'utf8'), 'new');
  });

  it('reports what the system refuses as a fault of the store', async () => {
    const path = join(folder, 'a-folder');
    await mkdir(path);
    await expectFailure(HashedFile.open(path, 0), 'STORE_FAILED');
    await expectFailure(hashFile(join(folder, 'absent')), 'STORE_FAILED');
  });
});

describe('storeFailure', () => {
  it('says what to do about a full disk', () => {
    const error = storeFailure(
      Object.assign(new Error('no space left'), { code: 'ENOSPC' }),
      'write x',
    );
    assert.equal(error.code, 'STORE_FAILED');
    assert.match(error.message, /Cannot write x: no space left/);
    assert.match(error.hint ?? '', /Free some disk space/);
    assert.equal(storeFailure(error, 'y'), error);
  });
});

describe('requireDiskSpace', () => {
  it('asks for the bytes and a margin of 64 MiB', async () => {
    const margin = 64 * 2 ** 20;
    const free = (bytes: number) => () => Promise.resolve(bytes);
    await requireDiskSpace(folder, 1000, free(1000 + margin));
    const short = requireDiskSpace(folder, 1000, free(999 + margin));
    await expectFailure(short, 'STORE_FAILED');
    // The real disk: this much fits nowhere.
    await expectFailure(requireDiskSpace(folder, 2 ** 60), 'STORE_FAILED');
    await requireDiskSpace(folder, 0);
  });
});

describe('formatBytes', () => {
  it('counts in powers of ten and never shows four digits', () => {
    const shown = [0, 999, 1000, 491_400_064, 999_949_999, 999_950_000, 2 ** 45].map(formatBytes);
    assert.deepEqual(shown, [
      '0 B',
      '999 B',
      '1.0 kB',
      '491.4 MB',
      '999.9 MB',
      '1.0 GB',
      '35.2 TB',
    ]);
  });
});
