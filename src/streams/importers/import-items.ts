import { SeclError } from '../../errors/secl-error.ts';
import { seededRandom } from '../../random/seeded-random.ts';
import { describeContent } from '../describe-content.ts';
import { claimsHeader } from '../stream-header.ts';
import type { StreamItem } from '../stream-item.ts';
import type { PublishedRecord } from './importer.ts';
import { formatOfRecord, IMPORTERS, type ImportFormat } from './importers.ts';
import { publishedRecords } from './published-records.ts';

function invalid(
  format: ImportFormat,
  line: number,
  found: string,
  record: PublishedRecord | undefined,
): SeclError {
  const other = record === undefined ? undefined : formatOfRecord(record);
  return new SeclError(
    'STREAM_INVALID',
    `line ${line}: expected ${IMPORTERS[format].expects} (${format}), found ${found}`,
    {
      hint:
        other !== undefined && other !== format
          ? `The line looks like ${other}: try "secl stream import ${other}".`
          : `Give the file as its authors published it; docs/streams.md shows a line of each format.`,
    },
  );
}

/**
 * Reads a whole published file. A published file is right in every line, so the first bad one ends it.
 *
 * @param text - Content of the file.
 * @param seed - Orders the choices of formats that name the right one first.
 * @throws SeclError `STREAM_INVALID` naming the line, what was expected and the format that it looks like.
 */
export function importItems(format: ImportFormat, text: string, seed: number): StreamItem[] {
  const importer = IMPORTERS[format];
  const random = seededRandom(seed);
  const items: StreamItem[] = [];
  const seen = new Set<string>();
  for (const row of publishedRecords(text)) {
    if ('fault' in row) {
      const content = items.length === 0 ? describeContent(text) : undefined;
      throw invalid(format, row.line, content ?? row.fault, undefined);
    }
    const { record, line } = row;
    if (claimsHeader(record))
      throw invalid(format, line, 'a stream file, which needs no import', undefined);
    // Some formats share keys; only the keys of another format alone make a record foreign.
    const other = formatOfRecord(record);
    if (!importer.recognises(record) && other !== undefined)
      throw invalid(format, line, `a record of ${other}`, record);
    const read = importer.read(record, items.length + 1, random);
    if (typeof read === 'string') throw invalid(format, line, read, record);
    if (seen.has(read.id)) throw invalid(format, line, 'an id that came before', undefined);
    seen.add(read.id);
    items.push(read);
  }
  if (items.length === 0)
    throw new SeclError('STREAM_INVALID', 'the file holds no questions', {
      hint: `Expected ${importer.expects}.`,
    });
  return items;
}
