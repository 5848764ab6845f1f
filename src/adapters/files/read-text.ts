import { SeclError } from '../../errors/secl-error.ts';
import { readBytes } from './read-lines.ts';

/** Largest text read whole; the largest published question set that can be imported has 200 MB. */
const MAX_TEXT_BYTES = 256 * 1024 * 1024;

/**
 * Reads a whole text file in UTF-8, gzip or not.
 *
 * @throws SeclError `FILE_UNREADABLE`; `STREAM_INVALID` for a folder, another encoding or a file above 256 MiB.
 */
export async function readText(path: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of readBytes(path)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_TEXT_BYTES)
      throw new SeclError('STREAM_INVALID', `${path} is larger than 256 MiB`, {
        hint: 'Cut the file into parts.',
      });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new SeclError('STREAM_INVALID', `${path} is not text in UTF-8`, {
      hint: 'Save the file as UTF-8.',
      cause,
    });
  }
}
