import { access, constants } from 'node:fs/promises';
import { makeFolders } from '../adapters/files/make-folders.ts';
import { SeclError } from '../errors/secl-error.ts';

/**
 * Makes a folder and its parents where they are missing, and makes sure that it may be written to: before
 * the work whose results go there, not after.
 *
 * @throws SeclError `FILE_UNREADABLE`.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await makeFolders(folder);
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new SeclError(
      'FILE_UNREADABLE',
      `cannot write into ${folder}: ${(cause as Error).message}`,
      { hint: 'Name a folder that may be written to; no file may stand in its place.', cause },
    );
  }
}
