import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ClassicLevel } from 'classic-level';

import { SeclError } from '../../errors/secl-error.ts';
import { storeFailure, systemErrorCode } from './store-failure.ts';

/** How {@link withFolderLock} waits. */
export interface LockOptions {
  /** Most milliseconds to wait for another holder. @defaultValue 1800000 */
  readonly timeoutMs?: number;
  /** Milliseconds between two tries. @defaultValue 250 */
  readonly pollMs?: number;
  /** Resolves after that many milliseconds, or rejects with `CANCELLED`. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
  /** Called once, when somebody else turns out to hold the lock. */
  readonly onWait?: () => void;
}

/**
 * Locks held by this process. State at module level, since what it mirrors belongs to the process: a
 * POSIX record lock is lost as soon as *any* descriptor of its file is closed, so a second attempt from
 * the same process must be stopped before it opens the file.
 */
const heldHere = new Set<string>();

/**
 * Runs `work` while this process alone holds the lock of a folder.
 *
 * The lock is LevelDB's (`fcntl` on POSIX, `LockFileEx` on Windows, through a package that is a
 * dependency anyway): the system takes it back when the process ends in whatever way, so nothing goes
 * stale, and it holds between containers that share the folder. Node has no `flock`; a file with a process
 * id in it can outlive its writer, and be read wrongly once ids are reused or differ between containers.
 *
 * @param folder - Holds the lock's few files; made if absent; kept afterwards.
 * @throws SeclError `STORE_FAILED` if the wait takes too long or the folder cannot be written;
 *   `CANCELLED`; whatever `work` throws.
 */
export async function withFolderLock<T>(
  folder: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const { timeoutMs = 1_800_000, pollMs = 250 } = options;
  const key = resolve(folder);
  let waitedMs = 0;
  let release = await tryLock(key);
  if (release === undefined) options.onWait?.();
  while (release === undefined) {
    if (waitedMs >= timeoutMs) {
      throw new SeclError('STORE_FAILED', `Another process has held ${folder} for too long.`, {
        hint: 'Wait for it, or end it; the lock goes away with the process.',
        retryable: true,
      });
    }
    await options.sleep(pollMs, options.signal);
    waitedMs += pollMs;
    release = await tryLock(key);
  }
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Takes the lock if it is free; returns how to give it back. */
async function tryLock(key: string): Promise<(() => Promise<void>) | undefined> {
  if (heldHere.has(key)) return undefined;
  heldHere.add(key);
  try {
    const lock = await openLock(key);
    if (lock === undefined) {
      heldHere.delete(key);
      return undefined;
    }
    return async () => {
      await lock.close();
      heldHere.delete(key);
    };
  } catch (error) {
    heldHere.delete(key);
    throw storeFailure(error, `lock ${key}`);
  }
}

async function openLock(key: string): Promise<ClassicLevel | undefined> {
  await mkdir(key, { recursive: true });
  const attempt = async (): Promise<ClassicLevel> => {
    const lock = new ClassicLevel(key, { compression: false });
    await lock.open();
    return lock;
  };
  try {
    return await attempt();
  } catch (error) {
    const code = causeCode(error);
    if (code === 'LEVEL_LOCKED') return undefined;
    if (code !== 'LEVEL_CORRUPTION') throw error;
    // The folder holds no data, so one damaged by a power cut is simply made anew.
    await ClassicLevel.destroy(key);
    return attempt();
  }
}

function causeCode(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return systemErrorCode(cause) ?? systemErrorCode(error);
}
