import type { Clock } from '../../ports/clock.ts';

/** Name and password for SASL. */
export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly user: string;
  readonly password: string;
}

/** Encryption; `{}` trusts the authorities that Node.js trusts. Certificates and keys as PEM text. */
export interface KafkaTls {
  /** Authorities that sign the brokers' certificates. */
  readonly ca?: string;
  /** Certificate of this client, for mutual TLS. */
  readonly cert?: string;
  /** Private key of `cert`. */
  readonly key?: string;
}

/** Options of `openKafkaBroker`; times are in milliseconds. */
export interface KafkaBrokerOptions {
  /** Addresses to begin with, `host:port`; the rest of the cluster is learnt from them. */
  readonly brokers: readonly string[];
  /** Names this client in the brokers' logs and quotas. */
  readonly clientId: string;
  /** Dates records without a timestamp. */
  readonly clock: Clock;
  readonly sasl?: KafkaSasl;
  readonly tls?: KafkaTls;
  /** How long a silent member keeps its partitions. @defaultValue of `GROUP_TIMES` */
  readonly sessionTimeoutMs?: number;
  /** Between two signs of life of a member. @defaultValue a tenth of the session timeout */
  readonly heartbeatMs?: number;
  /**
   * How long a member that has polled records may see neither another poll nor a commit of any of its
   * leases; then it leaves, so that a worker that hangs loses its partitions. So long, too, a partition may bring nothing
   * though its end lies ahead. @defaultValue of `GROUP_TIMES`
   */
  readonly progressTimeoutMs?: number;
  /** After this the brokers abort an open transaction, e.g. of a worker that was killed. @defaultValue of `GROUP_TIMES` */
  readonly transactionTimeoutMs?: number;
  /** How long a request outside a group is tried again while no broker answers. @defaultValue 60000 */
  readonly patienceMs?: number;
  /** How long opening waits for the first answer of a broker. @defaultValue `patienceMs` */
  readonly connectMs?: number;
  /** Told once, with the reason, if opening has to wait. */
  readonly onWaiting?: (reason: string) => void;
  /** Told, in one sentence, each time that requests to a broker may take longer from then on, since one took too long. */
  readonly onSlow?: (sentence: string) => void;
  /** Copies of each partition of new topics. @defaultValue the brokers' default */
  readonly replicationFactor?: number;
  /** Most bytes of a record or state entry: key, value, headers and 100. @defaultValue 1048576 */
  readonly maxRecordBytes?: number;
}
