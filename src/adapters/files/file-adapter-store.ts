import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SeclError } from '../../errors/secl-error.ts';
import type { AdapterStore } from '../../ports/adapter-store.ts';

const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Opens an {@link AdapterStore} over a folder, which is made with the first bytes: one file a hash, named
 * `HASH.bin`. A file is written under another name, synced, renamed, and the folder synced: after a crash it is
 * there whole or not at all. What is left over of it ends in `.partial`, and goes with the first `put` an hour
 * later. Several processes may use the folder at once.
 *
 * `put` and `get` throw SeclError `STORE_FAILED` if the disk refuses; a name that is no hash is never looked
 * up.
 */
export function openFileAdapterStore(folder: string): AdapterStore {
  let tidied: Promise<void> | undefined;
  return {
    put: async (bytes) => {
      await (tidied ??= removeLeftovers(folder));
      return storing(folder, put(folder, bytes));
    },
    get: (sha256) => storing(folder, get(folder, sha256)),
  };
}

/** No file takes as long to be written, so one that old is nobody's. */
const LEFT_OVER_MS = 3600 * 1000;

/** Removes what crashes left over; a folder that cannot be tidied is none the worse for it. */
async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((one) => one.endsWith('.partial'))) {
    const file = join(folder, name);
    const written = await stat(file).catch(() => undefined);
    if (written !== undefined && Date.now() - written.mtimeMs > LEFT_OVER_MS)
      await rm(file, { force: true }).catch(() => undefined);
  }
}

async function put(folder: string, bytes: Uint8Array): Promise<string> {
  const sha256 = hashOf(bytes);
  const path = pathOf(folder, sha256);
  // Reading it again costs little beside training, and repairs a file that was damaged.
  if ((await readIfThere(path))?.equals(bytes) === true) return sha256;
  await mkdir(folder, { recursive: true });
  const staging = `${path}.${randomUUID()}.partial`;
  try {
    const file = await open(staging, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(staging, path);
  } catch (error) {
    await rm(staging, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
  return sha256;
}

async function get(folder: string, sha256: string): Promise<Uint8Array | undefined> {
  if (!SHA256.test(sha256)) return undefined;
  const path = pathOf(folder, sha256);
  const bytes = await readIfThere(path);
  if (bytes === undefined) return undefined;
  if (hashOf(bytes) !== sha256)
    throw new SeclError('ADAPTER_REFUSED', `${path} is damaged: its SHA-256 is not its name`, {
      hint: 'Bring back the file from a copy, or delete it and go on with another version.',
    });
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function pathOf(folder: string, sha256: string): string {
  return join(folder, `${sha256}.bin`);
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes a rename last; systems that cannot sync a folder (Windows) do so by themselves. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}

async function storing<T>(folder: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof SeclError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SeclError('STORE_FAILED', `the adapter store ${folder} failed: ${reason}`, {
      hint: 'Check that the disk has room and that the folder may be read and written by you.',
      cause,
    });
  }
}
