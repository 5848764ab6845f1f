import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { withFolderLock } from '../../../../src/adapters/hub/folder-lock.ts';
import { cancelled } from '../../../../src/adapters/hub/store-failure.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const folder = temporaryFolder();
const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
  await wait(Math.min(ms, 10));
  if (signal?.aborted === true) throw cancelled();
};
// The tests run from sources or from what was built of them.
const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const HOLDER = fileURLToPath(new URL(`../../../support/hold-lock.${ending}`, import.meta.url));

describe('withFolderLock', () => {
  it('lets one in at a time within a process, in whatever spelling of the path', async () => {
    const key = join(folder, 'one');
    let inside = 0;
    let most = 0;
    let waits = 0;
    const enter = (path: string): Promise<void> =>
      withFolderLock(path, { sleep, onWait: () => (waits += 1) }, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await wait(20);
        inside -= 1;
      });
    await Promise.all([enter(key), enter(`${key}/../one`), enter(key)]);
    assert.equal(most, 1);
    assert.equal(waits, 2);
  });

  it('gives the lock back when the work fails', async () => {
    const key = join(folder, 'two');
    const work = withFolderLock(key, { sleep }, () => Promise.reject(new Error('broken')));
    await assert.rejects(work, /broken/);
    assert.equal(await withFolderLock(key, { sleep }, () => Promise.resolve(7)), 7);
  });

  it('is held against other processes, and falls with the process that is killed', async () => {
    const key = join(folder, 'three');
    const holder = fork(HOLDER, [key]);
    await once(holder, 'message');
    const short = { sleep, timeoutMs: 50, pollMs: 10 };
    const error = await expectFailure(
      withFolderLock(key, short, () => Promise.resolve()),
      'STORE_FAILED',
    );
    assert.match(error.message, /Another process/);
    const waited = withFolderLock(key, { sleep, pollMs: 10 }, () => Promise.resolve('mine'));
    holder.kill('SIGKILL');
    assert.equal(await waited, 'mine');
  });

  it('can be cancelled while waiting', async () => {
    const key = join(folder, 'four');
    const controller = new AbortController();
    await withFolderLock(key, { sleep }, async () => {
      const waiting = withFolderLock(
        key,
        {
          sleep,
          signal: controller.signal,
          onWait: () => {
            controller.abort();
          },
        },
        () => Promise.resolve(),
      );
      await expectFailure(waiting, 'CANCELLED');
    });
  });

  it('makes a lock folder anew that was damaged', async () => {
    const key = join(folder, 'five');
    await withFolderLock(key, { sleep }, () => Promise.resolve());
    for (const name of await readdir(key)) {
      if (/^(CURRENT|MANIFEST)/.test(name)) await writeFile(join(key, name), 'garbage');
    }
    assert.equal(await withFolderLock(key, { sleep }, () => Promise.resolve(1)), 1);
  });

  it('says so when the folder cannot be made', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    const work = withFolderLock(join(file, 'lock'), { sleep }, () => Promise.resolve());
    await expectFailure(work, 'STORE_FAILED');
  });
});
