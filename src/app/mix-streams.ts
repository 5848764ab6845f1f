import path from 'node:path';
import { readStream } from '../adapters/files/read-stream.ts';
import { writeStream } from '../adapters/files/write-stream.ts';
import { precondition, SeclError } from '../errors/secl-error.ts';
import { seededRandom } from '../random/seeded-random.ts';
import { blend, type BlendOptions } from '../streams/blend.ts';
import { recordBlend } from '../streams/record-blend.ts';
import type { StreamItem } from '../streams/stream-item.ts';
import { summarizeStream, type StreamSummary } from '../streams/stream-summary.ts';
import { requireOtherFile } from './import-stream.ts';
import { DEFAULT_SEED } from './stream-choices.ts';

/** What {@link mixStreams} is asked for. */
export interface MixStreamsOptions {
  /** Streams in order of appearance, each a domain of its own. */
  readonly files: readonly string[];
  readonly out: string;
  /** Questions of each stream, a seeded sample; absent: all of them. */
  readonly perDomain?: number | undefined;
  /** @defaultValue abrupt */
  readonly blend?: BlendOptions | undefined;
  /** Draws and blends. @defaultValue 1 */
  readonly seed?: number | undefined;
  /** Told of each stream once it is read. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

interface SourceStream {
  readonly items: StreamItem[];
  readonly licence: string | null;
}

/** A whole stream; a bad line ends it, since a mixture must not lose questions in silence. */
async function readWhole(file: string): Promise<SourceStream> {
  const items: StreamItem[] = [];
  let licence: string | null = null;
  for await (const line of readStream(file)) {
    if (line.kind === 'header') licence ??= line.header.licence;
    else if (line.kind === 'item') items.push(line.item);
    else
      throw new SeclError('STREAM_INVALID', `${file}, line ${line.line}: ${line.reason}`, {
        hint: 'Repair or remove the line, then mix again.',
      });
  }
  return { items, licence };
}

/**
 * Mixes streams into one, as `makeStream` blends its domains. Ids that two streams share get the name of their
 * stream in front; questions without a domain get that name as their domain.
 *
 * @throws SeclError `STREAM_INVALID` for a stream with a bad line; `USAGE` if one has fewer questions than asked for;
 *   `FILE_UNREADABLE`.
 */
export async function mixStreams(options: MixStreamsOptions): Promise<StreamSummary> {
  const { files, out, perDomain, seed = DEFAULT_SEED } = options;
  const settings = options.blend ?? { kind: 'abrupt' };
  precondition(files.length > 0, 'at least one stream');
  requireOtherFile(out, files);
  const random = seededRandom(seed);
  const groups: StreamItem[][] = [];
  const licences = new Set<string>();
  const seen = new Set<string>();
  for (const [i, file] of files.entries()) {
    const { items, licence } = await readWhole(file);
    if (perDomain !== undefined && items.length < perDomain)
      throw new SeclError(
        'USAGE',
        `${file} has ${items.length} questions, ${perDomain} were asked for`,
        { hint: 'Ask for fewer with --per-domain.' },
      );
    licences.add(licence ?? 'unknown');
    const name = path.basename(file).replace(/\.jsonl(?:\.gz)?$/, '');
    const chosen =
      perDomain === undefined
        ? items
        : random.fork(`${i} ${name}`).shuffle(items).slice(0, perDomain);
    groups.push(
      chosen.map((item) => {
        const id = seen.has(item.id) ? `${name}-${i}-${item.id}` : item.id;
        seen.add(id);
        return { ...item, id, domain: item.domain ?? name };
      }),
    );
    options.onProgress?.(i + 1, files.length);
  }
  const blended = blend(groups, settings, random.fork('blend'));
  const names = files.map((file) => path.basename(file).replace(/\.jsonl(?:\.gz)?$/, ''));
  const header = {
    format: 'secl-stream',
    version: 1,
    name: `${names.join('-').slice(0, 80)}-${settings.kind}-${seed}`,
    items: blended.items.length,
    seed,
    licence: [...licences].join(' AND '),
    source: `mixed from ${files.map((file) => path.basename(file)).join(', ')}`,
    order:
      perDomain === undefined ? 'as in the streams' : `${perDomain} of each, drawn by seed ${seed}`,
    blend: recordBlend(settings, names, blended.changes),
  } as const;
  await writeStream(out, header, blended.items);
  return summarizeStream(out, header, blended.items);
}
