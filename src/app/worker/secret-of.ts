import { readFile } from 'node:fs/promises';
import { SeclError } from '../../errors/secl-error.ts';
import type { Environment } from '../model-store.ts';

/**
 * The text of a file that the topology's broker section names.
 *
 * @param what - How a message calls it.
 * @throws SeclError `FILE_UNREADABLE`.
 */
export async function textOf(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new SeclError('FILE_UNREADABLE', `${what} cannot be read from ${file}`, {
      hint: 'Correct the path in the topology’s broker section, and see that this user may read the file.',
      cause,
    });
  }
}

/**
 * A name or password, out of a file or a variable, without the line's end; its text is in no message.
 *
 * @param key - Of the topology, without `File` or `Env`, e.g. `broker.sasl.password`.
 * @throws SeclError `FILE_UNREADABLE`; `USAGE` where it is not there.
 */
export async function secretOf(
  key: string,
  file: string | null,
  variable: string | null,
  environment: Environment,
): Promise<string> {
  const what = key.slice(key.lastIndexOf('.') + 1);
  const secret =
    file === null
      ? environment[variable ?? '']
      : (await textOf(file, `the ${what}`)).replace(/\r?\n$/, '');
  if (secret !== undefined && secret !== '') return secret;
  const place = file === null ? `the environment variable ${variable ?? ''}` : file;
  const owner = key.startsWith('broker.registry') ? 'registry' : 'broker';
  throw new SeclError('USAGE', `the ${owner}’s ${what} is missing: ${place} is empty`, {
    hint: `Put it there; the topology only says where it is (${key}File or ${what}Env).`,
  });
}
