import { stat } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../app/make-folder.ts';

/**
 * The file of a stream of generated questions in a folder; made where it is not there yet, and the folder too.
 *
 * @param perDomain - Questions of each domain.
 * @throws SeclError as `makeStream` and `makeFolder` do.
 */
export async function generatedStream(
  folder: string,
  perDomain: number,
  seed: number,
): Promise<string> {
  const file = path.join(folder, `stream-${perDomain}-${seed}.jsonl`);
  await makeFolder(folder);
  if ((await stat(file).catch(() => undefined)) === undefined) {
    const { makeStream } = await import('../app/make-stream.ts');
    await makeStream({ out: file, perDomain, seed });
  }
  return file;
}
