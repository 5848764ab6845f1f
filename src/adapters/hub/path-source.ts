import { open, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { SeclError } from '../../errors/secl-error.ts';
import { formatBytes, requireDiskSpace } from './disk-space.ts';
import { HashedFile } from './hashed-file.ts';
import type { ModelSource } from './model-source.ts';
import { storeFailure, systemErrorCode, throwIfCancelled } from './store-failure.ts';

const COPY_BYTES = 1 << 20;

/**
 * A file the user already has; it is copied, so that the cache stays whole when the original goes.
 *
 * @param location - A GGUF file, or a folder that holds one of `fileNames`; `undefined` if none was given.
 */
export function createPathSource(
  location: string | undefined,
  fileNames: readonly string[],
): ModelSource {
  return {
    kind: 'path',
    label: location === undefined ? 'local path' : `local path ${location}`,
    async fetch({ folder, maxBytes, onProgress, signal }) {
      const from = await findFile(location, fileNames);
      const path = join(folder, 'model.gguf.part');
      const source = await open(from, 'r').catch((error: unknown) => {
        throw unreadable(from, error);
      });
      try {
        const { size } = await source.stat();
        if (size > maxBytes) {
          throw new SeclError(
            'DOWNLOAD_FAILED',
            `${from} is above the limit of ${formatBytes(maxBytes)}`,
          );
        }
        await requireDiskSpace(folder, size);
        const file = await HashedFile.open(path, 0);
        try {
          const buffer = Buffer.allocUnsafe(COPY_BYTES);
          for (;;) {
            throwIfCancelled(signal);
            const { bytesRead } = await source.read(buffer, 0, COPY_BYTES, file.sizeBytes);
            if (bytesRead === 0) break;
            await file.append(buffer.subarray(0, bytesRead));
            onProgress({
              phase: 'copy',
              done: file.sizeBytes,
              total: size,
              unit: 'bytes',
              detail: from,
            });
          }
          await file.sync();
          return { path, ...file.digest(), checkedAgainst: 'nothing', origin: from };
        } finally {
          await file.close();
        }
      } catch (error) {
        throw storeFailure(error, `copy ${from}`);
      } finally {
        await source.close();
      }
    },
  };
}

async function findFile(
  location: string | undefined,
  fileNames: readonly string[],
): Promise<string> {
  if (location === undefined) {
    throw new SeclError('DOWNLOAD_FAILED', 'no local file was given (--from, or SECL_MODEL_DIR)');
  }
  const candidates = [resolve(location), ...fileNames.map((name) => resolve(location, name))];
  for (const candidate of candidates) {
    const stats = await stat(candidate).catch(() => undefined);
    if (stats?.isFile() === true) return candidate;
  }
  throw new SeclError('DOWNLOAD_FAILED', `no file at ${candidates.join(', nor at ')}`, {
    hint: 'Check the path: a GGUF file, or a folder that holds the model’s.',
  });
}

function unreadable(path: string, error: unknown): SeclError {
  const code = systemErrorCode(error) ?? 'error';
  return new SeclError('DOWNLOAD_FAILED', `${path} cannot be read (${code})`, {
    hint: 'Check the rights of that file and its folders.',
    cause: error,
  });
}
