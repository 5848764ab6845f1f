import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { SeclError } from '../errors/secl-error.ts';

/** A file of the page as it is sent. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * The files of a folder by name, read once: no request ever names a path.
 *
 * @throws SeclError `FILE_UNREADABLE` if the folder cannot be read.
 */
export async function readPageFiles(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  try {
    const files = new Map<string, PageFile>();
    for (const name of await readdir(folder)) {
      const type = TYPES[path.extname(name)];
      if (type !== undefined)
        files.set(name, { type, bytes: await readFile(path.join(folder, name)) });
    }
    return files;
  } catch (error) {
    throw new SeclError('FILE_UNREADABLE', `the page's files in ${folder} cannot be read`, {
      hint: 'Install the package again.',
      cause: error,
    });
  }
}
