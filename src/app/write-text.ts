import { writeFile } from 'node:fs/promises';
import { SeclError } from '../errors/secl-error.ts';

/**
 * Writes a file that somebody named.
 *
 * @param options - `exclusive`: fail where it is there already, with the system's `EEXIST`. @defaultValue write over it
 * @throws SeclError `FILE_UNREADABLE` that names the file, and says what to do.
 */
export async function writeText(
  file: string,
  text: string,
  options: { readonly exclusive?: boolean } = {},
): Promise<void> {
  try {
    await writeFile(file, text, { flag: options.exclusive === true ? 'wx' : 'w' });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw cause;
    throw new SeclError('FILE_UNREADABLE', `cannot write ${file}: ${message}`, {
      hint:
        code === 'ENOSPC'
          ? 'The disk is full: free some space, then run the same command again.'
          : 'Name a file in a folder that may be written to; no folder may stand in its place.',
      cause,
    });
  }
}
