import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

import { SeclError } from '../../errors/secl-error.ts';
import type { ByteSource } from '../../gguf/byte-source.ts';

/** A {@link ByteSource} over an open file. */
export interface FileByteSource extends ByteSource {
  /** Closes the file; reading afterwards is an error. */
  close(): void;
}

function unreadable(path: string, cause: unknown): SeclError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SeclError('FILE_UNREADABLE', `Cannot read ${path}: ${reason}.`, {
    hint: 'Check that the file exists, is a regular file, and may be read by you.',
    cause,
  });
}

/**
 * Opens a file for random access. Reads are synchronous and allocate just what is asked for; who reads
 * many small values brings a window of its own, as the GGUF reader does.
 *
 * @throws SeclError `FILE_UNREADABLE`, also from `read`, if the file cannot be read or has shrunk.
 */
export function openFileByteSource(path: string): FileByteSource {
  let descriptor: number;
  let size: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new Error('it is no regular file');
    size = stats.size;
  } catch (error) {
    closeSync(descriptor);
    throw unreadable(path, error);
  }
  return {
    size,
    read: (offset, length) => {
      const bytes = new Uint8Array(length);
      try {
        let done = 0;
        while (done < length) {
          // One call may return less than asked for (2 GiB at most on Linux).
          const count = readSync(descriptor, bytes, done, length - done, offset + done);
          if (count === 0) throw new Error(`it ends at byte ${offset + done}`);
          done += count;
        }
      } catch (error) {
        throw unreadable(path, error);
      }
      return bytes;
    },
    close: () => {
      closeSync(descriptor);
    },
  };
}
