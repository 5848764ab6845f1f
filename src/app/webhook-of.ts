import { readFile } from 'node:fs/promises';
import { openWebhook } from '../adapters/webhook/open-webhook.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { AlertSink } from '../ports/alert-sink.ts';
import { seededRandom } from '../random/seeded-random.ts';
import type { TopologyWebhook } from '../topology/topology.ts';
import type { Environment } from './model-store.ts';

/** Variables, each with a twin `…_FILE` that names a file. */
const URL_VARIABLE = 'SECL_ALERT_WEBHOOK';
const SECRET_VARIABLE = 'SECL_ALERT_SECRET';

/** A setting from a variable, or from the file that its twin names. */
async function settingOf(name: string, environment: Environment): Promise<string | undefined> {
  const value = environment[name]?.trim() ?? '';
  if (value !== '') return value;
  const file = environment[`${name}_FILE`]?.trim() ?? '';
  if (file === '') return undefined;
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new SeclError(
      'FILE_UNREADABLE',
      `the file ${file}, named by ${name}_FILE, cannot be read`,
      {
        hint: `Check its path and rights, or set ${name} instead.`,
        cause: error,
      },
    );
  }
}

/** No name or password: `fetch` takes an address with one for none. */
function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

/**
 * The webhook that topology and environment name; `null`: none.
 *
 * @throws SeclError `FILE_UNREADABLE`; `USAGE` for an address that is none, or a secret that no header can carry.
 */
export async function webhookOf(
  settings: TopologyWebhook,
  environment: Environment = process.env,
): Promise<AlertSink | null> {
  const url = (await settingOf(URL_VARIABLE, environment)) ?? settings.url;
  if (url === null) return null;
  if (!isAddress(url))
    throw new SeclError(
      'USAGE',
      `${URL_VARIABLE} is no http or https address without a name and password in it`,
      {
        hint: 'Give the whole address, e.g. https://alerts.example/hook.',
      },
    );
  const secret = await settingOf(SECRET_VARIABLE, environment);
  if (secret !== undefined && !/^[\x21-\x7e]{1,4096}$/.test(secret))
    throw new SeclError('USAGE', `${SECRET_VARIABLE} cannot be sent in a header`, {
      hint: 'Use letters, digits and signs of ASCII, without spaces.',
    });
  const { timeoutMs, attempts, secretHeader } = settings;
  return openWebhook({
    url,
    timeoutMs,
    attempts,
    random: seededRandom(process.pid),
    ...(secret === undefined ? {} : { secret: { header: secretHeader, value: secret } }),
  });
}
