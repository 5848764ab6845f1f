import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { GRAPH_VERSION } from '../model/model-manifest.ts';
import type { ModelStore } from './model-store.ts';

/** A folder that an older version of this program made of a model and none will read again. */
export interface OutdatedBuild {
  /** Its name in the cache's folder `built`. */
  readonly name: string;
  readonly bytes: number;
  /** What a build of it locks, in {@link ModelStore.cache}. */
  readonly key: string;
}

/** NAME-HASH-PRECISION-gVERSION as `buildModelFromStore` has it, and what lies beside: weights to train, leftovers. */
const BUILT =
  /^(?<key>.+-[0-9a-f]{12}-(?:int8|int4|fp32)-g(?<version>\d{1,9})(?:-lora\d+-[a-z.]+)?)(?:\.training)?(?:\.[0-9a-f-]+\.partial)?$/;

/**
 * The cache's graphs of graph versions before this one, with the weights to train beside them. Those of later
 * versions are not among them: a newer program may share the cache. What does not look like such a folder is left
 * alone, and so are links.
 *
 * @returns By name. Empty where there is no such folder.
 */
export async function outdatedBuilds(store: ModelStore): Promise<readonly OutdatedBuild[]> {
  const folder = store.cache.builtFolder;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const outdated: OutdatedBuild[] = [];
  for (const entry of entries) {
    const { key, version } = BUILT.exec(entry.name)?.groups ?? {};
    if (key === undefined || !entry.isDirectory() || Number(version) >= GRAPH_VERSION) continue;
    outdated.push({ name: entry.name, bytes: await bytesOf(join(folder, entry.name)), key });
  }
  return outdated.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Bytes of all files below a folder; what goes away meanwhile counts nothing. */
async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries.filter((one) => one.isFile()))
    bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  return bytes;
}
