import { SeclError } from '../../errors/secl-error.ts';
import { describeContent, importHint } from '../../streams/describe-content.ts';
import { parseStreamLine, type ParsedLine } from '../../streams/parse-stream-line.ts';
import { readLines, type FileLine } from './read-lines.ts';

/** A line of a stream file: a question, a header, or bytes with the reason why they are neither. */
export type StreamLine = ParsedLine & { readonly line: number; readonly bytes: Uint8Array };

/** Bad lines before the first good one after which a file is no stream at all. */
const PATIENCE = 100;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function parse({ line, bytes, cut }: FileLine): StreamLine | null {
  if (cut) return { kind: 'fault', reason: 'a line longer than 1 MiB', line, bytes };
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { kind: 'fault', reason: 'not text in UTF-8', line, bytes };
  }
  return text.trim() === '' ? null : { ...parseStreamLine(text), line, bytes };
}

/** The error for a file without a single question. */
function noStream(path: string, held: readonly StreamLine[]): SeclError {
  const head = held.map(({ bytes }) => new TextDecoder().decode(bytes)).join('\n');
  const fault = held.find((line) => line.kind === 'fault');
  const first = held[0] === undefined ? '' : new TextDecoder().decode(held[0].bytes);
  const content = describeContent(head);
  const wrong = fault?.kind === 'fault' ? `; line ${fault.line} is bad: ${fault.reason}` : '';
  const only = held.length > 0 && fault === undefined ? '; it holds nothing but a header' : '';
  return new SeclError(
    'STREAM_INVALID',
    `${path} is no stream of questions${content === undefined ? '' : `: it looks like ${content}`}${wrong}${only}`,
    {
      hint:
        importHint(first) ??
        'A stream is a text file with one JSON object a line, {"id", "question", "accepted", …}; see docs/streams.md.',
    },
  );
}

/**
 * Reads a stream file line by line, in bounded memory. A bad line is a value with its reason and its bytes;
 * blank lines are passed over. A file without any question among its first 100 lines is an error.
 *
 * @throws SeclError `STREAM_INVALID` for a folder or a file that is no stream, with a hint at the import that
 *   would read it; `FILE_UNREADABLE`.
 */
export async function* readStream(path: string): AsyncGenerator<StreamLine> {
  const held: StreamLine[] = [];
  let begun = false;
  for await (const row of readLines(path)) {
    const line = parse(row);
    if (line === null) continue;
    if (begun) {
      yield line;
      continue;
    }
    held.push(line);
    if (line.kind === 'item') {
      begun = true;
      yield* held;
    } else if (held.length >= PATIENCE) throw noStream(path, held);
  }
  if (!begun) throw noStream(path, held);
}
