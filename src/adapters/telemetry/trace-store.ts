import { appendFile, mkdir, readdir, stat, unlink } from 'node:fs/promises';
import path from 'node:path';

/** Most bytes of one file of the store, but at least the line that is written. */
const SEGMENT_BYTES = 4 * 1024 * 1024;
/** How the store's files end. */
const ENDING = '.otlp.jsonl';

/** The store's files, oldest first; none where there is no store. */
export async function traceFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => name.endsWith(ENDING))
    .toSorted()
    .map((name) => path.join(folder, name));
}

/**
 * A place for lines in a folder, in files of 4 MiB; beyond `maxBytes` the oldest file goes. Several processes may
 * write to one folder: each has files of its own.
 *
 * @param name - Begins the files' names: names that sort by time.
 * @param maxBytes - Of all files together; one file more may stand for a moment.
 */
export function traceStore(
  folder: string,
  name: string,
  maxBytes: number,
): (lines: string) => Promise<void> {
  const segmentBytes = Math.min(SEGMENT_BYTES, Math.max(1, Math.floor(maxBytes / 4)));
  let segment = 0;
  let written = 0;
  let made = false;
  const makeRoom = async (): Promise<void> => {
    const files = await Promise.all(
      (await traceFiles(folder)).map(async (file) => {
        // Another process may have made room at the same time.
        const { size, mtimeMs } = await stat(file).catch(() => ({ size: 0, mtimeMs: 0 }));
        return { file, size, mtimeMs };
      }),
    );
    let total = files.reduce((sum, { size }) => sum + size, 0);
    // By when they were written last: names begin with when their process did, which may write for weeks.
    for (const { file, size } of files.toSorted((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (total <= maxBytes - segmentBytes) break;
      await unlink(file).catch(() => undefined);
      total -= size;
    }
  };
  return async (lines) => {
    if (!made) await mkdir(folder, { recursive: true });
    if (!made || written >= segmentBytes) {
      await makeRoom();
      segment += 1;
      written = 0;
      made = true;
    }
    const file = `${name}-${String(segment).padStart(6, '0')}${ENDING}`;
    await appendFile(path.join(folder, file), lines);
    written += Buffer.byteLength(lines);
  };
}
