import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { SeclError } from '../../errors/secl-error.ts';

/** A line of a file. */
export interface FileLine {
  /** From 1. */
  readonly line: number;
  /** Without line break and carriage return; the first bytes of a line that is too long. */
  readonly bytes: Uint8Array;
  /** Whether the line had more bytes than were kept. */
  readonly cut: boolean;
}

/** Options of {@link readLines}. */
export interface ReadLinesOptions {
  /** Most bytes kept of one line. @defaultValue 1 MiB */
  readonly maxLineBytes?: number;
}

const MEBIBYTE = 1024 * 1024;

/** An error of the file system as one of ours. */
export function unreadable(path: string, cause: unknown): SeclError {
  const code = (cause as { code?: unknown } | null)?.code;
  const damaged = typeof code === 'string' && code.startsWith('Z_');
  const reason = damaged ? 'the gzip data is damaged or cut off' : (cause as Error).message;
  return new SeclError('FILE_UNREADABLE', `cannot read ${path}: ${reason}`, {
    hint:
      code === 'ENOENT'
        ? 'Check the path.'
        : 'Check that the file is whole and that you may read it.',
    cause,
  });
}

/** Throws unless a path leads to a file: a pipe would be waited for, and has no beginning to look at; a device has no end. */
async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!found.isFile())
    throw new SeclError(
      'STREAM_INVALID',
      `${path} is ${found.isDirectory() ? 'a folder' : 'a pipe or a device'}`,
      { hint: 'Give the path of a file.' },
    );
}

/** A file's bytes, decompressed where they begin as gzip does; the name does not matter. */
export async function* readBytes(path: string): AsyncGenerator<Uint8Array> {
  await requireFile(path);
  try {
    const magic = new Uint8Array(2);
    const handle = await open(path, 'r');
    try {
      await handle.read(magic, 0, 2, 0);
    } finally {
      await handle.close();
    }
    const file = createReadStream(path);
    const gzip = magic[0] === 0x1f && magic[1] === 0x8b;
    const source = gzip ? createGunzip() : file;
    if (gzip) {
      file.on('error', (error) => source.destroy(error));
      file.pipe(source as ReturnType<typeof createGunzip>);
    }
    try {
      for await (const chunk of source) yield chunk as Uint8Array;
    } finally {
      file.destroy();
      source.destroy();
    }
  } catch (error) {
    throw error instanceof SeclError ? error : unreadable(path, error);
  }
}

/**
 * Reads a file line by line, in bounded memory. Lines end with LF or CR LF; a byte order mark at the start is
 * left out.
 *
 * @throws SeclError `FILE_UNREADABLE`; `STREAM_INVALID` for a folder, a pipe or a device.
 */
export async function* readLines(
  path: string,
  { maxLineBytes = MEBIBYTE }: ReadLinesOptions = {},
): AsyncGenerator<FileLine> {
  let line = 0;
  let parts: Uint8Array[] = [];
  let size = 0;
  let cut = false;
  const add = (bytes: Uint8Array): void => {
    const room = maxLineBytes - size;
    if (bytes.length > room) cut = true;
    const kept = bytes.subarray(0, room);
    // A copy, so that a line does not hold on to its chunk.
    if (kept.length > 0) parts.push(Uint8Array.from(kept));
    size += kept.length;
  };
  const take = (): FileLine => {
    line += 1;
    let bytes: Uint8Array = Buffer.concat(parts);
    if (line === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
      bytes = bytes.subarray(3);
    if (bytes.at(-1) === 0x0d) bytes = bytes.subarray(0, -1);
    const taken = { line, bytes, cut };
    parts = [];
    size = 0;
    cut = false;
    return taken;
  };
  for await (const chunk of readBytes(path)) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(0x0a, start);
      if (end < 0) break;
      add(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    add(chunk.subarray(start));
  }
  if (size > 0) yield take();
}
