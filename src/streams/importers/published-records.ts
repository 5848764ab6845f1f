import { csvRecords } from '../csv-records.ts';
import { recordOf, type PublishedRecord } from './importer.ts';

/** A record of a published file, or what is wrong at its place. */
export type PublishedLine =
  | { readonly line: number; readonly record: PublishedRecord }
  | { readonly line: number; readonly fault: string };

/** Records of a JSON Lines file; blank lines are passed over. */
function* jsonLines(text: string): Generator<PublishedLine> {
  let line = 0;
  for (const row of text.split('\n')) {
    line += 1;
    if (row.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(row);
    } catch {
      yield { line, fault: 'not JSON' };
      continue;
    }
    const record = recordOf(value);
    yield record === undefined ? { line, fault: 'not a JSON object' } : { line, record };
  }
}

/** Records of a file that is one JSON list; `line` counts its elements. */
function* jsonList(text: string): Generator<PublishedLine> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    yield { line: 1, fault: 'neither a JSON list nor JSON Lines' };
    return;
  }
  for (const [i, element] of (value as unknown[]).entries()) {
    const record = recordOf(element);
    const line = i + 1;
    yield record === undefined ? { line, fault: 'not a JSON object' } : { line, record };
  }
}

/** Records of a CSV file by its header. */
function* csvLines(text: string): Generator<PublishedLine> {
  let header: readonly string[] | undefined;
  for (const row of csvRecords(text)) {
    if (row === null) {
      yield { line: text.split('\n').length, fault: 'a quoted field that never ends' };
    } else if (header === undefined) {
      header = row.fields.map((name) => name.trim());
    } else if (row.fields.length !== header.length) {
      const { line, fields } = row;
      yield { line, fault: `${fields.length} fields where the header has ${header.length}` };
    } else {
      const record = Object.fromEntries(header.map((name, i) => [name, row.fields[i] ?? '']));
      yield { line: row.line, record };
    }
  }
}

/**
 * The records of a published file: JSON Lines, one JSON list, or CSV with a header, told apart by how the text
 * begins. A bad record is a value.
 */
export function publishedRecords(text: string): Generator<PublishedLine> {
  const start = text.trimStart();
  if (start.startsWith('[')) return jsonList(start);
  const firstLine = start.slice(0, 4096).split('\n')[0] ?? '';
  const csv = !start.startsWith('{') && !start.startsWith('<') && firstLine.includes(',');
  return csv ? csvLines(text) : jsonLines(text);
}
