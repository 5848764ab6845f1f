import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a folder and its parents where they are missing, from the top down, one at a time.
 *
 * @throws The system's error, at once: `mkdir` with `recursive` tries for ever where a file system says of a
 *   parent that exists that it does not, as `/proc` does when asked for a new folder.
 */
export async function makeFolders(folder: string): Promise<void> {
  const missing: string[] = [];
  for (let at = path.resolve(folder); !(await exists(at)); at = path.dirname(at)) missing.push(at);
  for (const each of missing.toReversed()) {
    try {
      await mkdir(each);
    } catch (error) {
      // Somebody else may have been faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !(await stat(each)).isDirectory())
        throw error;
    }
  }
}

/** Whether something is there; the root always is. */
async function exists(at: string): Promise<boolean> {
  try {
    await stat(at);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && path.dirname(at) !== at) return false;
    throw error;
  }
}
