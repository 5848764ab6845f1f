/** A record of a CSV file. */
export interface CsvRecord {
  /** Number of the line on which it begins, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * Reads comma-separated values: fields may be quoted, quoted fields may hold commas, line breaks and doubled
 * quotes. Blank lines are passed over. Source: RFC 4180.
 *
 * @returns `null` for a last record whose quote never closes.
 */
export function* csvRecords(text: string): Generator<CsvRecord | null> {
  const plain = /[^,\r\n]*/y;
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const begun = line;
    const fields: string[] = [];
    for (;;) {
      if (text[at] === '"') {
        let field = '';
        at += 1;
        for (;;) {
          const close = text.indexOf('"', at);
          if (close < 0) {
            yield null;
            return;
          }
          field += text.slice(at, close);
          at = close + 1;
          if (text[at] !== '"') break;
          field += '"';
          at += 1;
        }
        line += field.split('\n').length - 1;
        fields.push(field);
      } else {
        plain.lastIndex = at;
        const next = at + (plain.exec(text)?.[0].length ?? 0);
        fields.push(text.slice(at, next));
        at = next;
      }
      if (text[at] !== ',') break;
      at += 1;
    }
    // What stands between a closing quote and the line's end is no CSV; it is passed over.
    const end = text.indexOf('\n', at);
    at = end < 0 ? text.length : end + 1;
    line += 1;
    if (fields.length > 1 || fields[0] !== '') yield { line: begun, fields };
  }
}
