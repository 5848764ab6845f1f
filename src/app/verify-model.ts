import { stat } from 'node:fs/promises';

import { findInCatalogue, pinnedSha256 } from '../adapters/hub/catalogue.ts';
import { hashFile } from '../adapters/hub/hashed-file.ts';
import type { OnStoreProgress } from '../adapters/hub/store-progress.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { ModelStore } from './model-store.ts';
import { resolveModel } from './resolve-model.ts';

/** What reading a cached model's bytes again showed. */
export interface VerifyReport {
  readonly name: string;
  readonly path: string;
  /** Whether the file is byte for byte what was stored. */
  readonly intact: boolean;
  /** Of the bytes as they are now. */
  readonly sha256: string;
  /** Of the bytes as they were stored. */
  readonly recordedSha256: string;
  readonly sizeBytes: number;
  /** Whether the catalogue pins this very hash; `undefined` where it pins none. */
  readonly knownToCatalogue: boolean | undefined;
  /** Source and origin, as recorded. */
  readonly origin: string;
}

/**
 * Reads a cached model again and compares it with its record and with the catalogue.
 *
 * @throws SeclError `MODEL_NOT_FOUND` if it is not in the cache; `STORE_FAILED`; `CANCELLED`.
 */
export async function verifyModel(
  store: ModelStore,
  name: string,
  onProgress?: OnStoreProgress,
  signal?: AbortSignal,
): Promise<VerifyReport> {
  const reference = await resolveModel(store, name);
  const cached = await store.cache.find(reference.name);
  if (reference.kind === 'file' || cached === undefined)
    throw await notCached(store, reference.name);
  const { record, path } = cached;
  const report = (done: number): void => {
    onProgress?.({
      phase: 'verify',
      done,
      total: record.sizeBytes,
      unit: 'bytes',
      detail: reference.name,
    });
  };
  const { sha256, sizeBytes } = await hashFile(path, report, signal);
  const entry = findInCatalogue(reference.name, store.catalogue);
  const pinned = entry === undefined ? [] : pinnedSha256(entry);
  return {
    name: reference.name,
    path,
    intact: sha256 === record.sha256,
    sha256,
    recordedSha256: record.sha256,
    sizeBytes,
    knownToCatalogue: pinned.length === 0 ? undefined : pinned.includes(sha256),
    origin: `${record.source} ${record.origin}`,
  };
}

/** Nothing there, or something that is not what was stored (a cut file shows in its size already). */
async function notCached(store: ModelStore, name: string): Promise<SeclError> {
  const folder = store.cache.modelFolder(name);
  const damaged = (await stat(folder).catch(() => undefined)) !== undefined;
  const message = damaged
    ? `The cached ${name} is damaged: its record is missing or its size is wrong.`
    : `${name} is not in the cache.`;
  const again = `Run \`secl model pull ${name}${damaged ? ' --force' : ''}\`.`;
  return new SeclError(damaged ? 'CHECKSUM_MISMATCH' : 'MODEL_NOT_FOUND', message, { hint: again });
}
