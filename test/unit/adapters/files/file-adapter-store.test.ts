import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openFileAdapterStore } from '../../../../src/adapters/files/file-adapter-store.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const root = temporaryFolder();
const newFolder = (): Promise<string> => mkdtemp(join(root, 'store-'));

describe('openFileAdapterStore', () => {
  it('keeps bytes for whoever opens the folder later, and leaves nothing else there', async () => {
    const folder = await newFolder();
    const bytes = Uint8Array.of(1, 2, 3);
    const sha256 = await openFileAdapterStore(folder).put(bytes);
    assert.deepEqual(await openFileAdapterStore(folder).get(sha256), bytes);
    assert.deepEqual(await readdir(folder), [`${sha256}.bin`]);
  });

  it('refuses a file that is not what its name says, until it is put again', async () => {
    const folder = await newFolder();
    const store = openFileAdapterStore(folder);
    const bytes = Uint8Array.of(1, 2, 3);
    const sha256 = await store.put(bytes);
    const file = join(folder, `${sha256}.bin`);
    for (const damage of [Uint8Array.of(1, 2, 4), Uint8Array.of(1, 2), new Uint8Array()]) {
      await writeFile(file, damage);
      await expectFailure(store.get(sha256), 'ADAPTER_REFUSED');
    }
    await store.put(bytes);
    assert.deepEqual(new Uint8Array(await readFile(file)), bytes);
    assert.deepEqual(await store.get(sha256), bytes);
  });

  it('does not see what a crash left over', async () => {
    const folder = await newFolder();
    const store = openFileAdapterStore(folder);
    const sha256 = '5'.repeat(64);
    await writeFile(join(folder, `${sha256}.bin.0.partial`), 'half');
    assert.equal(await store.get(sha256), undefined);
  });

  it('removes what crashes left over, and nothing that may still be written', async () => {
    const folder = await newFolder();
    const leave = async (name: string, ageMs: number): Promise<void> => {
      await writeFile(join(folder, name), 'half');
      const then = new Date(Date.now() - ageMs);
      await utimes(join(folder, name), then, then);
    };
    await leave('a.bin.0.partial', 2 * 3600 * 1000);
    await leave('b.bin.0.partial', 60 * 1000);
    await leave('c.bin', 2 * 3600 * 1000);
    const sha256 = await openFileAdapterStore(folder).put(Uint8Array.of(1));
    assert.deepEqual(
      (await readdir(folder)).sort(),
      [`${sha256}.bin`, 'b.bin.0.partial', 'c.bin'].sort(),
    );
  });

  it('says so if a file stands where the folder should be', async () => {
    const file = join(await newFolder(), 'file');
    await writeFile(file, '');
    const store = openFileAdapterStore(file);
    const error = await expectFailure(store.put(Uint8Array.of(1)), 'STORE_FAILED');
    assert.ok(error.hint !== undefined);
  });
});
