import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';

import { storeFailure, throwIfCancelled } from './store-failure.ts';

const READ_BYTES = 1 << 20;

/** SHA-256 and size of a file. */
export interface FileDigest {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Feeds `[0, end)` of a file to a hash. Memory stays at one buffer whatever the file's size. */
async function hashRange(
  handle: FileHandle,
  hash: Hash,
  end: number,
  onBytes?: (done: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let position = 0;
  while (position < end) {
    throwIfCancelled(signal);
    const want = Math.min(READ_BYTES, end - position);
    const { bytesRead } = await handle.read(buffer, 0, want, position);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
    onBytes?.(position);
  }
}

/**
 * SHA-256 of a whole file, streamed.
 *
 * @param onBytes - Told how many bytes were read so far, about once a MiB.
 * @throws SeclError `STORE_FAILED` if the file cannot be read, `CANCELLED` if the signal fires.
 */
export async function hashFile(
  path: string,
  onBytes?: (done: number) => void,
  signal?: AbortSignal,
): Promise<FileDigest> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const hash = createHash('sha256');
      await hashRange(handle, hash, size, onBytes, signal);
      return { sha256: hash.digest('hex'), sizeBytes: size };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw storeFailure(error, `read ${path}`);
  }
}

/**
 * A file that grows at its end and knows the SHA-256 of what it holds, so that nothing has to be read
 * again when a download completes. Bytes kept from an earlier run are hashed once on opening.
 */
export class HashedFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #hash: Hash;
  #size: number;

  private constructor(path: string, handle: FileHandle, hash: Hash, size: number) {
    this.path = path;
    this.#handle = handle;
    this.#hash = hash;
    this.#size = size;
  }

  /**
   * Opens or creates the file and cuts it to its first `keepBytes` bytes.
   *
   * @param keepBytes - Bytes to keep; more than the file has keeps all of it.
   * @throws SeclError `STORE_FAILED`, `CANCELLED`.
   */
  static async open(path: string, keepBytes: number, signal?: AbortSignal): Promise<HashedFile> {
    let handle: FileHandle | undefined;
    try {
      // 'a' would put every write at the end even after truncation races; 'r+' needs the file to exist.
      await (await open(path, 'a')).close();
      handle = await open(path, 'r+');
      const size = Math.min((await handle.stat()).size, keepBytes);
      await handle.truncate(size);
      const hash = createHash('sha256');
      await hashRange(handle, hash, size, undefined, signal);
      return new HashedFile(path, handle, hash, size);
    } catch (error) {
      await handle?.close();
      throw storeFailure(error, `open ${path}`);
    }
  }

  /** Bytes in the file. */
  get sizeBytes(): number {
    return this.#size;
  }

  /**
   * Appends a chunk.
   *
   * @throws SeclError `STORE_FAILED`, e.g. when the disk is full.
   */
  async append(chunk: Uint8Array): Promise<void> {
    try {
      let written = 0;
      while (written < chunk.length) {
        const { bytesWritten } = await this.#handle.write(
          chunk,
          written,
          chunk.length - written,
          this.#size + written,
        );
        written += bytesWritten;
      }
      this.#hash.update(chunk);
      this.#size += chunk.length;
    } catch (error) {
      throw storeFailure(error, `write ${this.path}`);
    }
  }

  /** Empties the file. */
  async restart(): Promise<void> {
    try {
      await this.#handle.truncate(0);
    } catch (error) {
      throw storeFailure(error, `empty ${this.path}`);
    }
    this.#hash = createHash('sha256');
    this.#size = 0;
  }

  /** Asks the system to put what was written on the disk. */
  async sync(): Promise<void> {
    try {
      await this.#handle.sync();
    } catch (error) {
      throw storeFailure(error, `write ${this.path}`);
    }
  }

  /** SHA-256 and size of what the file holds now. */
  digest(): FileDigest {
    return { sha256: this.#hash.copy().digest('hex'), sizeBytes: this.#size };
  }

  /** Closes the file; what was written stays. */
  async close(): Promise<void> {
    await this.#handle.close();
  }
}
