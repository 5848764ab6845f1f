import type { KafkaBrokerOptions } from '../../adapters/kafka/open-kafka-broker.ts';
import type { TopologyBroker } from '../../topology/broker-topology.ts';
import type { Environment } from '../model-store.ts';
import { SYSTEM_CLOCK } from '../system-clock.ts';
import { secretOf, textOf } from './secret-of.ts';

/**
 * How a topology's Kafka is connected to: name, password, certificates and key are read from where it says they are.
 *
 * @throws SeclError `FILE_UNREADABLE`, `USAGE` for a secret that is not there.
 */
export async function kafkaOptions(
  broker: TopologyBroker,
  environment: Environment = process.env,
): Promise<KafkaBrokerOptions> {
  const { brokers, clientId, sasl, tls, heartbeatMs, replicationFactor } = broker;
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
    sessionTimeoutMs: broker.sessionTimeoutMs,
    ...(heartbeatMs === null ? {} : { heartbeatMs }),
    transactionTimeoutMs: broker.transactionTimeoutMs,
    progressTimeoutMs: broker.progressTimeoutMs,
    ...(replicationFactor === null ? {} : { replicationFactor }),
    ...(mechanism === 'none'
      ? {}
      : {
          sasl: {
            mechanism,
            user: await secretOf(
              'broker.sasl.username',
              sasl.usernameFile,
              sasl.usernameEnv,
              environment,
            ),
            password: await secretOf(
              'broker.sasl.password',
              sasl.passwordFile,
              sasl.passwordEnv,
              environment,
            ),
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
