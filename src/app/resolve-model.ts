import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

import { makeFolders } from '../adapters/files/make-folders.ts';
import { findInCatalogue, type CatalogueEntry } from '../adapters/hub/catalogue.ts';
import { hashFile } from '../adapters/hub/hashed-file.ts';
import { isRecord, readState, writeState } from '../adapters/hub/partial-state.ts';
import type { OnStoreProgress } from '../adapters/hub/store-progress.ts';
import { SeclError } from '../errors/secl-error.ts';
import { nearestKey } from '../topology/nearest-key.ts';
import type { ModelStore } from './model-store.ts';

/** What a name or path on the command line means. */
export type ModelReference =
  | { readonly kind: 'catalogue'; readonly name: string; readonly entry: CatalogueEntry }
  /** Stored under a name of the user's own. */
  | { readonly kind: 'custom'; readonly name: string }
  /** A file outside the cache. */
  | { readonly kind: 'file'; readonly name: string; readonly path: string };

/** Names that a model of the user's own may have: they become folders. */
const MODEL_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Whether a text can be the name of a stored model. */
export function isModelName(name: string): boolean {
  return MODEL_NAME.test(name);
}

/**
 * Finds out what a user means: a name of the catalogue, a name in the cache, or a GGUF file.
 *
 * Names win over files unless the text looks like a path (a separator in it, or ending in `.gguf`).
 *
 * @throws SeclError `MODEL_NOT_FOUND`, with the known names in its hint.
 */
export async function resolveModel(store: ModelStore, nameOrPath: string): Promise<ModelReference> {
  const looksLikePath = /[\\/]|\.gguf$/i.test(nameOrPath);
  if (!looksLikePath) {
    const entry = findInCatalogue(nameOrPath, store.catalogue);
    if (entry !== undefined) return { kind: 'catalogue', name: entry.name, entry };
    const name = nameOrPath.toLowerCase();
    if (isModelName(name) && (await store.cache.find(name)) !== undefined)
      return { kind: 'custom', name };
  }
  const path = resolve(nameOrPath);
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isFile() === true) return { kind: 'file', name: nameOfFile(path), path };
  if (looksLikePath) {
    throw new SeclError('MODEL_NOT_FOUND', `There is no model file at ${path}.`, {
      hint: 'Give the path of a GGUF file, or a name that `secl model list` shows.',
    });
  }
  const known = [
    ...new Set([...store.catalogue.map(({ name }) => name), ...(await store.cache.names())]),
  ];
  const near = nearestName(nameOrPath.toLowerCase(), known);
  throw new SeclError('MODEL_NOT_FOUND', `No model is called ${nameOrPath}.`, {
    hint: `${near === undefined ? '' : `Did you mean ${near}? `}Known: ${known.join(', ')}; \`secl model list\` says more. A GGUF file is named by its path.`,
  });
}

/** A file's name without its ending, made fit for a folder. */
function nameOfFile(path: string): string {
  const name = basename(path)
    .replace(/\.gguf$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64);
  return name === '' ? 'model' : name;
}

/** The known name that was probably meant, in whole or by its beginning; `undefined` where none is near. */
function nearestName(name: string, known: readonly string[]): string | undefined {
  const whole = nearestKey(name, known);
  // Two letters of three may differ there: too little is left of a shorter beginning.
  if (whole !== undefined || name.length < 4) return whole;
  const begun = nearestKey(
    name,
    known.map((candidate) => candidate.slice(0, name.length)),
  );
  return known.find((candidate) => begun !== undefined && candidate.startsWith(begun));
}

/** A remembered hash, good as long as the file was not touched. */
interface KnownFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Last change of the file's entry, which nobody can set: another file may have been put in its place, date and all. */
  readonly changedMs: number;
  readonly sha256: string;
}

/**
 * SHA-256 of a file outside the cache, remembered by path, size and times of change, so that a model named
 * by path is not read whole at every start.
 *
 * @throws SeclError `FILE_UNREADABLE`, `STORE_FAILED`, `CANCELLED`.
 */
export async function sha256OfFile(
  store: ModelStore,
  path: string,
  onProgress?: OnStoreProgress,
  signal?: AbortSignal,
): Promise<string> {
  const real = await realpath(path).catch((error: unknown) => {
    throw new SeclError('FILE_UNREADABLE', `${path} cannot be read.`, { cause: error });
  });
  const { size: sizeBytes, mtimeMs: modifiedMs, ctimeMs: changedMs } = await stat(real);
  const folder = join(store.cache.folder, 'known');
  const memory = join(
    folder,
    `${createHash('sha256').update(real).digest('hex').slice(0, 32)}.json`,
  );
  const known = await readState(memory, isKnownFile);
  if (
    known?.path === real &&
    known.sizeBytes === sizeBytes &&
    known.modifiedMs === modifiedMs &&
    known.changedMs === changedMs
  ) {
    return known.sha256;
  }
  const report = (done: number): void => {
    onProgress?.({ phase: 'verify', done, total: sizeBytes, unit: 'bytes', detail: real });
  };
  const { sha256 } = await hashFile(real, report, signal);
  try {
    await makeFolders(folder);
    const now: KnownFile = { path: real, sizeBytes, modifiedMs, changedMs, sha256 };
    await writeState(memory, now);
  } catch {
    // Remembering saves time only; a cache that cannot be written (read-only) is no reason to fail.
  }
  return sha256;
}

function isKnownFile(value: unknown): value is KnownFile {
  return (
    isRecord(value) &&
    typeof value['path'] === 'string' &&
    typeof value['sizeBytes'] === 'number' &&
    typeof value['modifiedMs'] === 'number' &&
    typeof value['changedMs'] === 'number' &&
    typeof value['sha256'] === 'string'
  );
}
