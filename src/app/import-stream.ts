import path from 'node:path';
import { readText } from '../adapters/files/read-text.ts';
import { writeStream } from '../adapters/files/write-stream.ts';
import { precondition, SeclError } from '../errors/secl-error.ts';
import { seededRandom } from '../random/seeded-random.ts';
import { importItems } from '../streams/importers/import-items.ts';
import { IMPORT_FORMATS, IMPORTERS, isImportFormat } from '../streams/importers/importers.ts';
import { summarizeStream, type StreamSummary } from '../streams/stream-summary.ts';

/** What {@link importStream} is asked for. */
export interface ImportStreamOptions {
  /** One of `IMPORT_FORMATS`. */
  readonly format: string;
  /** The published file, gzip or not. */
  readonly file: string;
  /** Stream to write; compressed when it ends in `.gz`. */
  readonly out: string;
  /** Most questions; absent: all. */
  readonly limit?: number | undefined;
  /** Shuffles before the limit cuts; absent: the file's own order. */
  readonly seed?: number | undefined;
  /** Told of questions done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What {@link importStream} says. */
export interface ImportSummary extends StreamSummary {
  readonly format: string;
  /** Questions in the published file. */
  readonly read: number;
}

/** Throws if a command would write over what it reads. */
export function requireOtherFile(out: string, files: readonly string[]): void {
  if (files.some((file) => path.resolve(file) === path.resolve(out)))
    throw new SeclError('USAGE', `${out} is read and cannot be written at once`, {
      hint: 'Give another name to --out.',
    });
}

/**
 * Makes a stream of a published question set, or of a seeded sample of it.
 *
 * @throws SeclError `USAGE` for an unknown format; `STREAM_INVALID` for a file of another format, with the line and
 *   the format it looks like; `FILE_UNREADABLE`.
 */
export async function importStream(options: ImportStreamOptions): Promise<ImportSummary> {
  const { format, file, out, limit, seed } = options;
  if (!isImportFormat(format))
    throw new SeclError('USAGE', `unknown format "${format}"`, {
      hint: `Formats are ${IMPORT_FORMATS.join(', ')}.`,
    });
  precondition(limit === undefined || (Number.isSafeInteger(limit) && limit >= 1), 'limit from 1');
  requireOtherFile(out, [file]);
  const text = await readText(file);
  let all;
  try {
    all = importItems(format, text, seed ?? 0);
  } catch (error) {
    if (!(error instanceof SeclError) || error.code !== 'STREAM_INVALID') throw error;
    throw new SeclError(error.code, `${file}, ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
  options.onProgress?.(all.length, all.length);
  const ordered = seed === undefined ? all : seededRandom(seed).shuffle(all);
  const items = ordered.slice(0, limit);
  const order = seed === undefined ? 'as published' : `shuffled by seed ${seed}`;
  const header = {
    format: 'secl-stream',
    version: 1,
    name: `${format}-${items.length}`,
    items: items.length,
    seed: seed ?? null,
    licence: IMPORTERS[format].licence,
    source: `${format}, from ${path.basename(file)}`,
    order: `${order}, first ${items.length} of ${all.length}`,
    blend: null,
  } as const;
  await writeStream(out, header, items);
  return { ...summarizeStream(out, header, items), format, read: all.length };
}
