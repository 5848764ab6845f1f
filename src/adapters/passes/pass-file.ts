import { createHash } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
} from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { SeclError } from '../../errors/secl-error.ts';

/** Results by key. */
export interface PassFile {
  /** What was put, whether durable or not. */
  get(key: string): string | undefined;
  put(key: string, value: string): void;
  /** Makes durable what was put since. */
  sync(): void;
  /** Gives up what was put since the last {@link PassFile.sync}. */
  close(): void;
}

/** Key of a value: SHA-256 of its JSON. */
export function passKey(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}

/**
 * Opens a file of results, one a line: key, tab, JSON, tab. Appended to alone, so a crash can tear only its last
 * line, which is then left out. All of it is held in memory: a stream of 2,000 questions takes some 40 MB.
 *
 * @param file - Made if it is missing, folders above it too.
 * @throws SeclError `FILE_UNREADABLE` if the file cannot be read or written.
 */
export async function openPassFile(file: string): Promise<PassFile> {
  const values = new Map<string, string>();
  let pending: string[] = [];
  let handle: number;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    if (existsSync(file)) {
      const lines = createInterface({ input: createReadStream(file, 'utf8') });
      for await (const line of lines) {
        const tab = line.indexOf('\t');
        // A whole line ends in a tab, which JSON never holds; a torn one anywhere before.
        if (tab > 0 && tab < line.length - 1 && line.endsWith('\t'))
          values.set(line.slice(0, tab), line.slice(tab + 1, -1));
      }
    }
    handle = openSync(file, 'a');
    // Ends a torn line, so that the next one stands by itself.
    appendFileSync(handle, '\n');
  } catch (cause) {
    throw new SeclError('FILE_UNREADABLE', `the pass cache ${file} cannot be used`, {
      hint: 'Name a file that can be written, or free the disk.',
      cause,
    });
  }
  return {
    get: (key) => values.get(key),
    put(key, value) {
      values.set(key, value);
      pending.push(`${key}\t${value}\t\n`);
    },
    sync() {
      if (pending.length === 0) return;
      appendFileSync(handle, pending.join(''));
      fsyncSync(handle);
      pending = [];
    },
    close() {
      closeSync(handle);
    },
  };
}
