import { readdir } from 'node:fs/promises';

import { DEFAULT_MODEL, pinnedSha256, type SourceKind } from '../adapters/hub/catalogue.ts';
import type { CachedModel } from '../adapters/hub/model-cache.ts';
import type { ModelStore } from './model-store.ts';

/** One line of `secl model list`. */
export interface ListedModel {
  readonly name: string;
  readonly isDefault: boolean;
  /** `available`: can be pulled; `partial`: begun; `cached`: the file is there. */
  readonly state: 'available' | 'partial' | 'cached';
  /** Folders of graphs built from the cached file, by name. */
  readonly built: readonly string[];
  /** `false`: its architecture is not supported; `undefined`: not known before building. */
  readonly buildable: boolean | undefined;
  readonly title: string;
  readonly architecture: string | undefined;
  readonly quantization: string | undefined;
  readonly licence: string | undefined;
  readonly licenceUrl: string | undefined;
  /** Of the cached file, else the catalogue's. */
  readonly sizeBytes: number;
  /** Of the cached file; `undefined` if there is none. */
  readonly sha256: string | undefined;
  /** Hashes the catalogue pins. */
  readonly pinnedSha256: readonly string[];
  /** Where the cached file came from, else where it can come from. */
  readonly sources: readonly SourceKind[];
  /** Bytes fetched so far of an unfinished pull. */
  readonly partialBytes: number;
  readonly path: string | undefined;
  readonly note: string;
}

/**
 * The catalogue with what the cache holds of it, then the models the user stored under own names.
 * Reads folders and records only, no model file.
 */
export async function listModels(store: ModelStore): Promise<readonly ListedModel[]> {
  const built = await readdir(store.cache.builtFolder).catch(() => []);
  const listed: ListedModel[] = [];
  for (const entry of store.catalogue) {
    const cached = await store.cache.find(entry.name);
    const partialBytes = await store.cache.partialBytes(entry.name);
    const begun = partialBytes > 0 ? 'partial' : 'available';
    listed.push({
      name: entry.name,
      isDefault: entry.name === DEFAULT_MODEL,
      state: cached === undefined ? begun : 'cached',
      built: builtFrom(cached, built),
      buildable: entry.buildable,
      title: entry.title,
      architecture: entry.architecture,
      quantization: entry.quantization,
      licence: entry.licence,
      licenceUrl: entry.licenceUrl,
      sizeBytes: cached?.record.sizeBytes ?? entry.sizeBytes,
      sha256: cached?.record.sha256,
      pinnedSha256: pinnedSha256(entry),
      sources:
        cached === undefined ? entry.sources.map(({ kind }) => kind) : [cached.record.source],
      partialBytes,
      path: cached?.path,
      note: entry.note,
    });
  }
  const known = new Set(store.catalogue.map(({ name }) => name));
  for (const name of await store.cache.names()) {
    const cached = known.has(name) ? undefined : await store.cache.find(name);
    if (cached !== undefined) listed.push(custom(cached, built));
  }
  return listed;
}

function custom(cached: CachedModel, built: readonly string[]): ListedModel {
  return {
    name: cached.name,
    isDefault: false,
    state: 'cached',
    built: builtFrom(cached, built),
    buildable: undefined,
    title: cached.name,
    architecture: undefined,
    quantization: undefined,
    licence: undefined,
    licenceUrl: undefined,
    sizeBytes: cached.record.sizeBytes,
    sha256: cached.record.sha256,
    pinnedSha256: [],
    sources: [cached.record.source],
    partialBytes: 0,
    path: cached.path,
    note: `Stored from ${cached.record.origin}.`,
  };
}

function builtFrom(cached: CachedModel | undefined, folders: readonly string[]): readonly string[] {
  if (cached === undefined) return [];
  const prefix = `${cached.name}-${cached.record.sha256.slice(0, 12)}-`;
  return folders
    .filter((folder) => folder.startsWith(prefix) && !/\.(?:partial|training)$/.test(folder))
    .sort();
}
