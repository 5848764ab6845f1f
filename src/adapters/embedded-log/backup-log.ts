import { readdir, rm } from 'node:fs/promises';
import { precondition } from '../../errors/secl-error.ts';
import { LevelStore, type StoreEntry, type StoreOperation } from './level-store.ts';
import { formatOperation } from './log-format.ts';
import { KIND } from './log-keys.ts';
import { seal, SEAL_BYTES } from './sealed-value.ts';

/**
 * Copies a log, as it is at the moment of the call, into a new folder, while it goes on being written.
 * The format entry comes last, so that an unfinished copy is never taken for a log.
 *
 * @param folder - Does not exist yet, or is empty. Gone again if copying fails.
 * @throws SeclError `PRECONDITION` if the folder holds something; `LOG_CORRUPT`, `STORE_FAILED`.
 */
export async function backupLog(source: LevelStore, folder: string): Promise<void> {
  const pages = source.pages({ gte: Uint8Array.of(0), lt: Uint8Array.of(0xff) });
  // Starts the iterator, and with it the snapshot, before anything is waited for.
  const first = pages.next();
  first.catch(() => undefined);
  try {
    const present = await readdir(folder).catch(() => []);
    precondition(present.length === 0, `the backup folder ${folder} is not empty`);
    const target = await LevelStore.open(folder, false);
    try {
      for (let page = await first; page.done !== true; page = await pages.next()) {
        await target.write(copyOperations(page.value), true);
      }
      await target.write([formatOperation()], true);
      await target.close();
    } catch (error) {
      await target.close();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  } finally {
    await pages.return();
  }
}

/** Everything but the format entry, sealed again. */
function copyOperations(entries: readonly StoreEntry[]): readonly StoreOperation[] {
  return entries
    .filter(([key]) => key[0] !== KIND.format)
    .map(([key, value]) => ({
      type: 'put',
      key,
      value: seal(key, Buffer.concat([value, Buffer.alloc(SEAL_BYTES)])),
    }));
}
