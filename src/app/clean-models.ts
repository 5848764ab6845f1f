import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { withFolderLock } from '../adapters/hub/folder-lock.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { ModelStore } from './model-store.ts';
import { outdatedBuilds, type OutdatedBuild } from './outdated-builds.ts';

/** What {@link cleanModels} did, or would do. */
export interface CleanReport {
  /** Nothing was removed: what would be is named. */
  readonly dryRun: boolean;
  readonly removed: readonly CleanedFolder[];
  /** What could not be removed, and why. */
  readonly kept: readonly (CleanedFolder & { readonly reason: string })[];
  /** Of what was, or would be, removed. */
  readonly bytes: number;
}

/** A folder in the cache's folder `built`. */
export type CleanedFolder = Pick<OutdatedBuild, 'name' | 'bytes'>;

/** How {@link cleanModels} goes about it. */
export interface CleanOptions {
  /** Only say what would be removed. @defaultValue false */
  readonly dryRun?: boolean | undefined;
}

/**
 * Removes what older versions of this program built of models and this one does not read: their graphs, and the
 * weights to train beside them. Never a model's file. One that a process builds now is kept, and so is what the
 * system does not let go of.
 */
export async function cleanModels(
  store: ModelStore,
  { dryRun = false }: CleanOptions = {},
): Promise<CleanReport> {
  const removed: CleanedFolder[] = [];
  const kept: (CleanedFolder & { reason: string })[] = [];
  for (const { name, bytes, key } of await outdatedBuilds(store)) {
    try {
      if (!dryRun) await remove(store, name, key);
      removed.push({ name, bytes });
    } catch (error) {
      kept.push({ name, bytes, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { dryRun, removed, kept, bytes: removed.reduce((sum, one) => sum + one.bytes, 0) };
}

async function remove(store: ModelStore, name: string, key: string): Promise<void> {
  const lock = { timeoutMs: 0, sleep: store.sleep };
  await withFolderLock(store.cache.lockFolder('build', key), lock, async () => {
    const path = join(store.cache.builtFolder, name);
    // Half of a folder must not look whole to the version that made it.
    const going = name.endsWith('.partial') ? path : `${path}.${randomUUID()}.partial`;
    try {
      if (going !== path) await rename(path, going);
      await rm(going, { recursive: true, force: true });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new SeclError('STORE_FAILED', `Cannot remove ${path}: ${why}.`, { cause });
    }
  });
}
