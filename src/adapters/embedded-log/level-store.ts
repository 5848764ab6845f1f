import { mkdir, open, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { brokerClosed } from '../../broker/broker-errors.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type { KeyRange } from './log-keys.ts';
import { claimFolder, releaseFolder } from './open-folders.ts';
import { logCorrupt, unseal } from './sealed-value.ts';
import { findDamagedTables } from './verify-tables.ts';

/** One change of the store. `value` ends with a seal. */
export type StoreOperation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

/** An entry as read, its seal checked and taken off. */
export type StoreEntry = readonly [key: Uint8Array, value: Buffer];

/** Entries fetched from LevelDB at a time, and bytes of them. */
const PAGE_ENTRIES = 1024;
const PAGE_BYTES = 1024 * 1024;

/** A folder opened by LevelDB; every error is a coded one. */
export class LevelStore {
  readonly #db: ClassicLevel<Uint8Array, Uint8Array>;
  readonly #path: string;
  #open = true;

  private constructor(db: ClassicLevel<Uint8Array, Uint8Array>, path: string) {
    this.#db = db;
    this.#path = path;
  }

  /** Real path of the folder. */
  get folder(): string {
    return this.#path;
  }

  /**
   * Opens a folder, or makes it.
   *
   * @param verify - Whether to check the checksums of all tables first.
   * @throws SeclError `LOG_IN_USE`, `LOG_CORRUPT`, `STORE_FAILED`.
   */
  static async open(folder: string, verify: boolean): Promise<LevelStore> {
    const path = await makeFolder(folder);
    if (!claimFolder(path)) throw logInUse(path);
    try {
      await checkFiles(path);
      const damaged = verify ? await findDamagedTables(path) : [];
      const db = new ClassicLevel<Uint8Array, Uint8Array>(path, {
        keyEncoding: 'view',
        valueEncoding: 'view',
      });
      await db.open().catch((error: unknown) => {
        throw openFailure(path, error);
      });
      const store = new LevelStore(db, path);
      // Opening has deleted tables that nothing refers to, e.g. of a compaction that a power cut ended.
      const present = await readdir(path);
      const inUse = damaged.find((name) => present.includes(name));
      if (inUse === undefined) return store;
      await store.close();
      throw logCorrupt(path, `the file ${inUse} has other content than was written`);
    } catch (error) {
      releaseFolder(path);
      throw error;
    }
  }

  /**
   * Writes all of it or nothing.
   *
   * @param sync - Whether to wait until the disk has it.
   * @throws SeclError `STORE_FAILED`.
   */
  async write(operations: readonly StoreOperation[], sync: boolean): Promise<void> {
    try {
      await this.#db.batch([...operations], { sync });
    } catch (error) {
      throw this.#failure(error, 'write to');
    }
  }

  /** Whether there is no entry at all. */
  async isEmpty(): Promise<boolean> {
    try {
      return (await this.#db.keys({ limit: 1 }).all()).length === 0;
    } catch (error) {
      throw this.#failure(error, 'read');
    }
  }

  /** Entries of a range in order, as they were when the first page was asked for. */
  async *entries(range: KeyRange): AsyncGenerator<StoreEntry, void, undefined> {
    for await (const page of this.pages(range)) yield* page;
  }

  /**
   * The same, a page at a time.
   *
   * @throws SeclError `LOG_CORRUPT` if a seal is broken; `BROKER_CLOSED`, `STORE_FAILED`.
   */
  async *pages(
    range: KeyRange,
    pageEntries = PAGE_ENTRIES,
  ): AsyncGenerator<readonly StoreEntry[], void, undefined> {
    if (!this.#open) throw brokerClosed();
    const iterator = this.#db.iterator({ ...range, highWaterMarkBytes: PAGE_BYTES });
    try {
      for (;;) {
        const page = await iterator.nextv(pageEntries).catch((error: unknown) => {
          throw this.#failure(error, 'read');
        });
        if (page.length === 0) return;
        yield page.map(([key, value]) => {
          const content = unseal(key, value);
          if (content === undefined) {
            throw logCorrupt(this.#path, `the value under ${Buffer.from(key).toString('hex')}`);
          }
          return [key, content] as const;
        });
      }
    } finally {
      await iterator.close();
    }
  }

  /** Gives back the disk space of what was deleted in a range. */
  async reclaim(range: KeyRange): Promise<void> {
    try {
      await this.#db.compactRange(range.gte, range.lt);
    } catch (error) {
      throw this.#failure(error, 'compact');
    }
  }

  /** Releases the folder. May be called again. */
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#db.close();
    releaseFolder(this.#path);
  }

  #failure(error: unknown, action: string): SeclError {
    if (!this.#open) return brokerClosed();
    if (codeOf(error) === 'LEVEL_CORRUPTION') {
      return logCorrupt(this.#path, messageOf(error), error);
    }
    return new SeclError(
      'STORE_FAILED',
      `could not ${action} the log in ${this.#path}: ${messageOf(error)}`,
      {
        hint: 'Check free space and permissions, then start again: nothing is lost.',
        cause: error,
      },
    );
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function logInUse(path: string): SeclError {
  return new SeclError('LOG_IN_USE', `the log in ${path} is open already`, {
    hint: 'Stop whoever uses it (another run, perhaps in another window), or choose another folder.',
  });
}

function openFailure(path: string, error: unknown): SeclError {
  // What LevelDB says is the cause; the error itself only says that the database is not open.
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = codeOf(cause);
  const message = messageOf(cause);
  if (code === 'LEVEL_LOCKED') return logInUse(path);
  if (code === 'LEVEL_CORRUPTION' || /No such file|does not exist|NotFound/.test(message)) {
    return logCorrupt(path, message, cause);
  }
  return new SeclError('STORE_FAILED', `could not open the log in ${path}: ${message}`, {
    hint: 'Check that the folder can be written to and its disk has room, or choose another one.',
    cause,
  });
}

/** Makes a folder that is still there after a power cut; returns its real path. */
async function makeFolder(folder: string): Promise<string> {
  try {
    const made = await mkdir(folder, { recursive: true });
    const path = await realpath(folder);
    if (made !== undefined) {
      const parent = await open(dirname(path), 'r');
      await parent.sync().finally(() => parent.close());
    }
    return path;
  } catch (error) {
    throw new SeclError(
      'STORE_FAILED',
      `could not make the log folder ${folder}: ${messageOf(error)}`,
      { hint: 'Choose a folder that can be written to.', cause: error },
    );
  }
}

/**
 * LevelDB takes a folder without the file `CURRENT` for a new one and starts afresh on top of what is
 * there. Data without that file is damage, and files of others do not belong here.
 */
async function checkFiles(path: string): Promise<void> {
  const names = await readdir(path);
  if (names.includes('CURRENT')) return;
  for (const name of names) {
    // What a process leaves that is killed while it makes a new store.
    if (/^(LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.dbtmp)$/.test(name)) continue;
    if (/^\d+\.log$/.test(name) && (await stat(join(path, name))).size === 0) continue;
    throw /^\d+\.(log|ldb|sst)$/.test(name)
      ? logCorrupt(path, 'the file CURRENT is missing')
      : new SeclError('LOG_CORRUPT', `the folder ${path} holds ${name}, which is not of a log`, {
          hint: 'Choose an empty folder, or one that holds a log.',
        });
  }
}
