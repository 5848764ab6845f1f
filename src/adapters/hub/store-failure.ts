import { SeclError } from '../../errors/secl-error.ts';

/** The system's code of a failed call (`ENOSPC`, `ENOENT`, …), or `undefined`. Never throws. */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some disk space, or move the cache with --cache or SECL_CACHE_DIR.',
  EDQUOT: 'Free some of your quota, or move the cache with --cache or SECL_CACHE_DIR.',
  EACCES: 'Choose a cache folder you may write to, with --cache or SECL_CACHE_DIR.',
  EPERM: 'Choose a cache folder you may write to, with --cache or SECL_CACHE_DIR.',
  EROFS: 'The file system is read-only: move the cache with --cache or SECL_CACHE_DIR.',
  ENOTDIR: 'A file stands where the cache folder should be: choose another with --cache.',
};

/**
 * Turns a failed file operation on the cache into a `STORE_FAILED` error with advice; a
 * {@link SeclError} passes through unchanged.
 *
 * @param doing - What was tried, e.g. `write the download`.
 */
export function storeFailure(error: unknown, doing: string): SeclError {
  if (error instanceof SeclError) return error;
  const code = systemErrorCode(error);
  const reason = error instanceof Error ? error.message : String(error);
  const hint =
    (code === undefined ? undefined : HINTS[code]) ?? 'Check the cache folder and its disk.';
  return new SeclError('STORE_FAILED', `Cannot ${doing}: ${reason}`, { hint, cause: error });
}

/** The error that every cancelled operation of the store throws. */
export function cancelled(): SeclError {
  return new SeclError('CANCELLED', 'The pull was stopped; what was downloaded is kept.', {
    hint: 'Run the same command again to continue where it stopped.',
  });
}

/**
 * Throws `CANCELLED` if the signal has fired.
 *
 * @throws SeclError `CANCELLED`.
 */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled();
}
