import { readFile } from 'node:fs/promises';
import type { KafkaBrokerOptions } from '../../adapters/kafka/open-kafka-broker.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type { TopologyBroker } from '../../topology/broker-topology.ts';
import type { Environment } from '../model-store.ts';
import { SYSTEM_CLOCK } from '../system-clock.ts';

/** @throws SeclError `FILE_UNREADABLE`. */
async function textOf(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new SeclError('FILE_UNREADABLE', `${what} cannot be read from ${file}`, {
      hint: 'Correct the path in the topology’s broker section, and see that this user may read the file.',
      cause,
    });
  }
}

/** A name or password, out of a file or a variable; its text is in no message. */
async function secretOf(
  what: 'username' | 'password',
  file: string | null,
  variable: string | null,
  environment: Environment,
): Promise<string> {
  const secret =
    file === null
      ? environment[variable ?? '']
      : (await textOf(file, `the ${what}`)).replace(/\r?\n$/, '');
  if (secret !== undefined && secret !== '') return secret;
  const place = file === null ? `the environment variable ${variable ?? ''}` : file;
  throw new SeclError('USAGE', `the broker’s ${what} is missing: ${place} is empty`, {
    hint: `Put it there; the topology only says where it is (broker.sasl.${what}File or ${what}Env).`,
  });
}

/**
 * How a topology's Kafka is connected to: name, password, certificates and key are read from where it says they are.
 *
 * @throws SeclError `FILE_UNREADABLE`, `USAGE` for a secret that is not there.
 */
export async function kafkaOptions(
  { brokers, clientId, sasl, tls }: TopologyBroker,
  environment: Environment = process.env,
): Promise<KafkaBrokerOptions> {
  const { mechanism } = sasl;
  const pem = async (file: string | null, what: string): Promise<string | undefined> =>
    file === null ? undefined : await textOf(file, what);
  const [ca, cert, key] = [
    await pem(tls.caFile, 'certificates'),
    await pem(tls.certFile, 'the certificate'),
    await pem(tls.keyFile, 'the key'),
  ];
  return {
    brokers: brokers.split(','),
    clientId,
    clock: SYSTEM_CLOCK,
    ...(mechanism === 'none'
      ? {}
      : {
          sasl: {
            mechanism,
            user: await secretOf('username', sasl.usernameFile, sasl.usernameEnv, environment),
            password: await secretOf('password', sasl.passwordFile, sasl.passwordEnv, environment),
          },
        }),
    ...(tls.mode === 'off'
      ? {}
      : {
          tls: {
            ...(ca === undefined ? {} : { ca }),
            ...(cert === undefined ? {} : { cert }),
            ...(key === undefined ? {} : { key }),
          },
        }),
  };
}
