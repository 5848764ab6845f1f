import { stat } from 'node:fs/promises';
import path from 'node:path';
import { SeclError } from '../errors/secl-error.ts';

/**
 * The folder of a run's log.
 *
 * @throws SeclError `FILE_UNREADABLE` if there is none.
 */
export async function logFolderOf(runFolder: string): Promise<string> {
  const folder = path.join(runFolder, 'log');
  if ((await stat(folder).catch(() => undefined))?.isDirectory() === true) return folder;
  throw new SeclError('FILE_UNREADABLE', `there is no run in ${runFolder}`, {
    hint: 'Name the folder of a run: the one that holds its `log` folder.',
  });
}
