import { DEFAULT_MAX_RECORD_BYTES } from '../../broker/plan-records.ts';
import { precondition } from '../../errors/secl-error.ts';
import { GROUP_TIMES, usualHeartbeatMs } from '../../ports/group-times.ts';
import type { KafkaBrokerOptions } from './kafka-broker-options.ts';

/** {@link KafkaBrokerOptions} with everything decided. */
export type KafkaSettings = Required<Omit<KafkaBrokerOptions, Optional>> &
  Pick<KafkaBrokerOptions, Optional>;

type Optional = 'sasl' | 'tls' | 'onWaiting' | 'onSlow';

/**
 * Checks options and fills in what they leave open.
 *
 * @throws SeclError `PRECONDITION`. No message holds a password or a key.
 */
export function kafkaSettings(options: KafkaBrokerOptions): KafkaSettings {
  const { brokers, tls, sasl, patienceMs = 60_000 } = options;
  const { sessionTimeoutMs = GROUP_TIMES.sessionTimeoutMs } = options;
  precondition(brokers.length > 0, 'Kafka needs the address of a broker');
  for (const address of brokers) {
    precondition(/^[^\s:]+:\d{1,5}$/.test(address), `Kafka broker '${address}' is not host:port`);
  }
  precondition(
    (tls?.cert === undefined) === (tls?.key === undefined),
    'a TLS certificate of the client and its key belong together',
  );
  precondition(
    sasl === undefined || (sasl.user !== '' && sasl.password !== ''),
    'SASL needs a user and a password',
  );
  const settings = {
    ...options,
    sessionTimeoutMs,
    heartbeatMs: options.heartbeatMs ?? usualHeartbeatMs(sessionTimeoutMs),
    progressTimeoutMs: options.progressTimeoutMs ?? GROUP_TIMES.progressTimeoutMs,
    transactionTimeoutMs: options.transactionTimeoutMs ?? GROUP_TIMES.transactionTimeoutMs,
    patienceMs,
    connectMs: options.connectMs ?? patienceMs,
    replicationFactor: options.replicationFactor ?? -1,
    maxRecordBytes: options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES,
  };
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value !== 'number' || name === 'replicationFactor') continue;
    precondition(value > 0 && Number.isFinite(value), `Kafka: ${name} = ${value}`);
  }
  return settings;
}
