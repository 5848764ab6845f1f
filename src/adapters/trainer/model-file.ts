import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { SeclError } from '../../errors/secl-error.ts';
import type { ByteSource } from '../../gguf/byte-source.ts';

/**
 * Opens the base model's file for random access; it stays open as long as its thread runs.
 *
 * @throws SeclError `FILE_UNREADABLE`, also from `read`.
 */
export function openModelFile(path: string): ByteSource & { close(): void } {
  const reading = <T>(read: () => T): T => {
    try {
      return read();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new SeclError('FILE_UNREADABLE', `Cannot read ${path}: ${why}.`, {
        hint: 'Check that the file exists, is a regular file, and may be read by you.',
        cause,
      });
    }
  };
  const descriptor = reading(() => openSync(path, 'r'));
  const { size } = reading(() => fstatSync(descriptor));
  return {
    size,
    read: (offset, length) =>
      reading(() => {
        const bytes = new Uint8Array(length);
        let done = 0;
        while (done < length) {
          const count = readSync(descriptor, bytes, done, length - done, offset + done);
          if (count === 0) throw new Error('it has shrunk');
          done += count;
        }
        return bytes;
      }),
    close: () => {
      closeSync(descriptor);
    },
  };
}
