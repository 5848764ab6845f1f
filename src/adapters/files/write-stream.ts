import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { SeclError } from '../../errors/secl-error.ts';
import { formatStreamHeader, type StreamHeader } from '../../streams/stream-header.ts';
import { formatStreamItem, type StreamItem } from '../../streams/stream-item.ts';
import { makeFolders } from './make-folders.ts';

function* lines(header: StreamHeader, items: Iterable<StreamItem>): Generator<string> {
  yield `${formatStreamHeader(header)}\n`;
  for (const item of items) yield `${formatStreamItem(item)}\n`;
}

/**
 * Writes a stream file, compressed when its name ends in `.gz`. The file appears whole or not at all, and
 * replaces one of the same name.
 *
 * @throws SeclError `FILE_UNREADABLE` if the file cannot be written.
 */
export async function writeStream(
  file: string,
  header: StreamHeader,
  items: Iterable<StreamItem>,
): Promise<void> {
  const part = `${file}.${randomUUID()}.part`;
  try {
    await makeFolders(path.dirname(path.resolve(file)));
    const source = Readable.from(lines(header, items));
    const target = createWriteStream(part, { flags: 'wx' });
    if (file.endsWith('.gz')) await pipeline(source, createGzip(), target);
    else await pipeline(source, target);
    await rename(part, file);
  } catch (cause) {
    // Where a file stands in the folder's place, looking for the part fails too.
    await rm(part, { force: true }).catch(() => undefined);
    throw new SeclError('FILE_UNREADABLE', `cannot write ${file}: ${(cause as Error).message}`, {
      hint: 'Check that the folder exists, has room, and may be written to.',
      cause,
    });
  }
}
