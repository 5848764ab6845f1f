import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';

import { storeFailure } from './store-failure.ts';

/**
 * Reads a small JSON file that a past run left; `undefined` if there is none, it is damaged, or it does
 * not pass `accept`. Never throws: what cannot be trusted is as good as absent.
 */
export async function readState<T>(
  path: string,
  accept: (value: unknown) => value is T,
): Promise<T | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return accept(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Writes a small JSON file so that a reader sees the old one or the new one, never a part.
 *
 * @throws SeclError `STORE_FAILED`.
 */
export async function writeState(path: string, value: unknown): Promise<void> {
  // A name of its own: writers that hold no lock must not take each other's.
  const next = `${path}.${randomUUID()}.new`;
  try {
    await writeFile(next, `${JSON.stringify(value, null, 2)}\n`, { flush: true });
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true });
    throw storeFailure(error, `write ${path}`);
  }
}

/** Whether a value is an object with string keys, for checks of parsed JSON. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
