import { createHash } from 'node:crypto';
import path from 'node:path';
import { readStream } from '../adapters/files/read-stream.ts';
import { seededRandom } from '../random/seeded-random.ts';
import { toFeedback, toQuestion } from '../streams/stream-item.ts';
import type { ReplayInput, ReplayItem } from './replay-input.ts';

/** Which lines of a stream are replayed. */
export interface LoadStreamOptions {
  /** A seeded sample of this many lines, in the stream's order; absent: all of them. */
  readonly limit?: number | undefined;
  /** Draws the sample. */
  readonly seed: number;
}

/** The name of a run, safe as part of a folder's name. */
function runName(name: string): string {
  const safe = name.replace(/[^\w.-]+/g, '-').replace(/^[-.]+/, '');
  return safe.slice(0, 60) || 'stream';
}

/**
 * Reads a stream file for a replay: questions with their labels, and lines that are neither as bytes, which
 * become dead letters. Labels carry the date 0: in a replay they are known from the start.
 *
 * @throws SeclError `STREAM_INVALID` or `FILE_UNREADABLE`.
 */
export async function loadStream(file: string, options: LoadStreamOptions): Promise<ReplayInput> {
  const lines: { item: ReplayItem; bytes: Uint8Array }[] = [];
  let title: string | undefined;
  for await (const line of readStream(file)) {
    if (line.kind === 'header') title ??= line.header.name;
    else
      lines.push({
        item:
          line.kind === 'item'
            ? { question: toQuestion(line.item), feedback: toFeedback(line.item, 0) }
            : { bytes: line.bytes },
        bytes: line.bytes,
      });
  }
  const limit = options.limit ?? lines.length;
  const chosen =
    limit >= lines.length
      ? lines
      : seededRandom(options.seed)
          .shuffle([...lines.keys()])
          .slice(0, limit)
          .toSorted((a, b) => a - b)
          .flatMap((at) => lines[at] ?? []);
  const hash = createHash('sha256');
  for (const { bytes } of chosen) hash.update(bytes).update('\n');
  return {
    name: runName(title ?? path.basename(file).replace(/\.(?:jsonl|json|gz)/g, '')),
    items: chosen.map(({ item }) => item),
    hash: hash.digest('hex'),
  };
}
