import { stat } from 'node:fs/promises';

/** Whether a folder is there; one that cannot be looked at is not. */
export async function isFolder(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => undefined))?.isDirectory() === true;
}
