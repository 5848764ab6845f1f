import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { SeclError } from '../errors/secl-error.ts';
import { isFolder } from './is-folder.ts';

/** Runs that a hint names at most. */
const MOST_NAMED = 3;

/** Runs one folder further down, where somebody named the folder around them. */
async function runsBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const runs: string[] = [];
  for (const name of names.toSorted()) {
    if (runs.length === MOST_NAMED) break;
    const inner = path.join(folder, name);
    if (await isFolder(path.join(inner, 'log'))) runs.push(inner);
  }
  return runs;
}

/**
 * The log in a run's folder.
 *
 * @param hint - What to do where there is none, nor any further down.
 * @throws SeclError `FILE_UNREADABLE` if there is none; runs further down are named.
 */
export async function logFolderOf(
  runFolder: string,
  hint = 'Name the folder of a run: the one that holds its `log` folder.',
): Promise<string> {
  const folder = path.join(runFolder, 'log');
  if (await isFolder(folder)) return folder;
  const below = await runsBelow(runFolder);
  throw new SeclError('FILE_UNREADABLE', `there is no run in ${runFolder}`, {
    hint: below.length === 0 ? hint : `Name the folder of a run, e.g. ${below.join(' or ')}.`,
  });
}
