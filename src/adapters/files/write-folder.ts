import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { SeclError } from '../../errors/secl-error.ts';

/** A file's bytes, whole or in stretches that are used up one by one. */
export type FileContent = Uint8Array | string | Iterable<Uint8Array>;

/** How a folder is written. */
export interface WriteFolderOptions {
  /** Called after every stretch with the bytes written so far, over all files. */
  readonly onBytes?: (bytesDone: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Writes a folder all at once: into a neighbour with a name of its own, synced to disk, then renamed. A
 * folder that was there is replaced. Whoever looks sees the old folder, none for an instant, or the whole
 * new one; after a crash the neighbour may be left over and can be deleted.
 *
 * @param folder - Its parents are made.
 * @param files - Contents by file name, written in order.
 * @throws SeclError `STORE_FAILED` if the disk refuses, `CANCELLED` if the signal fires; what an iterable
 *   throws passes through. Nothing is left behind.
 */
export async function writeFolder(
  folder: string,
  files: Iterable<readonly [name: string, content: FileContent]>,
  options: WriteFolderOptions = {},
): Promise<void> {
  const staging = `${folder}.${randomUUID()}.partial`;
  let done = 0;
  try {
    await storing(folder, mkdir(dirname(folder), { recursive: true }));
    await storing(folder, mkdir(staging));
    for (const [name, content] of files) {
      const file = await storing(folder, open(join(staging, name), 'wx'));
      try {
        const whole = typeof content === 'string' || content instanceof Uint8Array;
        for (const stretch of whole ? [Buffer.from(content)] : content) {
          if (options.signal?.aborted === true) {
            throw new SeclError('CANCELLED', `Writing ${folder} was cancelled.`);
          }
          await storing(folder, file.writeFile(stretch));
          done += stretch.byteLength;
          options.onBytes?.(done);
        }
        await storing(folder, file.sync());
      } finally {
        await file.close();
      }
    }
    await storing(folder, rm(folder, { recursive: true, force: true }));
    await storing(folder, rename(staging, folder));
  } catch (error) {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

async function storing<T>(folder: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SeclError('STORE_FAILED', `Cannot write ${folder}: ${reason}.`, {
      hint: 'Check that the disk has room and that the folder may be written by you.',
      cause,
    });
  }
}
