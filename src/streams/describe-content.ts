import { formatOfRecord } from './importers/importers.ts';

/** What a text that should have been a stream or a question set looks like instead, or `undefined`. */
export function describeContent(text: string): string | undefined {
  const start = text.slice(0, 4096).trimStart();
  if (start === '') return 'an empty file';
  if (/^<(?:!doctype|html|\?xml)/i.test(start)) return 'an HTML or XML page';
  // As some shells' `>` writes it: a byte order mark, which is no UTF-8, then a zero beside each letter.
  if (/^\u{fffd}\u{fffd}(?:[^\0]\0|\0[^\0])/u.test(start))
    return 'text in UTF-16, and has to be saved as UTF-8';
  if (start.includes('\0')) return 'a binary file';
  if (/^version https:\/\/git-lfs/.test(start)) return 'a Git LFS pointer';
  if (start.startsWith('[')) return 'one JSON list';
  if (start.startsWith('{')) return undefined;
  const [first = '', second = ''] = start.split('\n');
  const commas = first.split(',').length;
  if (commas > 1 && second !== '') return 'CSV';
  return 'plain text';
}

/** The import that reads a line, as a hint; `undefined` for what no importer knows. */
export function importHint(line: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return /(^|,)Best Answer(,|$)/.test(line) ? importCommand('truthfulqa') : undefined;
  }
  const list: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof list !== 'object' || list === null) return undefined;
  const format = formatOfRecord(list as Readonly<Record<string, unknown>>);
  return format === undefined ? undefined : importCommand(format);
}

function importCommand(format: string): string {
  return `It looks like ${format}: make a stream of it with "secl stream import ${format} FILE --out STREAM.jsonl".`;
}
