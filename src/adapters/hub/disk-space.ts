import { statfs } from 'node:fs/promises';

import { SeclError } from '../../errors/secl-error.ts';

/** Left free on the disk, so that the pull is not what fills it. Ours. */
const MARGIN_BYTES = 64 * 1024 * 1024;

/** Bytes as people read them, e.g. `491.4 MB` (powers of ten, as disks and hubs count). */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(1)} ${units[unit] as string}`;
}

/**
 * Makes sure that a folder's disk has room before a download begins rather than after most of it.
 *
 * @param folder - An existing folder.
 * @param neededBytes - What is about to be written.
 * @param free - Free bytes of a folder's disk; replaced in tests.
 * @throws SeclError `STORE_FAILED` with what is missing.
 */
export async function requireDiskSpace(
  folder: string,
  neededBytes: number,
  free: (folder: string) => Promise<number> = freeBytes,
): Promise<void> {
  const available = await free(folder);
  if (available >= neededBytes + MARGIN_BYTES) return;
  throw new SeclError(
    'STORE_FAILED',
    `The disk of ${folder} has ${formatBytes(available)} free, ${formatBytes(neededBytes + MARGIN_BYTES)} are needed.`,
    { hint: 'Free some disk space, or move the cache with --cache or SECL_CACHE_DIR.' },
  );
}

/** Bytes an unprivileged user can still write; infinite where the system does not say. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const stats = await statfs(folder);
    return stats.bavail * stats.bsize;
  } catch {
    return Infinity;
  }
}
