import { SeclError } from '../../errors/secl-error.ts';

/** What kafkajs's errors tell, beside what every error does. */
interface KafkaFault {
  readonly name: string;
  readonly message: string;
  /** Name of Kafka's error code. */
  readonly type?: string;
  readonly code?: number | string;
}

/** PRODUCER_FENCED, which kafkajs does not know by name. */
const PRODUCER_FENCED_CODE = 90;
const FENCED = ['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED'];
const TIMED_OUT = 'KafkaJSRequestTimeoutError';
const CONNECTION = [
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  TIMED_OUT,
  'KafkaJSLockTimeout',
  'KafkaJSBrokerNotFound',
];
/**
 * kafkajs says of whatever went wrong while it said who it is that the user was refused. Of a connection that failed, what
 * is left of the reason is its text.
 */
const REFUSED_USER = 'KafkaJSSASLAuthenticationError';
const BROKEN_MEANWHILE =
  /failed: (Closed connection|Connection (closed|error|timeout)|Not connected|Request .* timed out)/;
const TIMED_OUT_MEANWHILE = /failed: Request .* timed out/;
const STALE_LEADER = [
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'REPLICA_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'KAFKA_STORAGE_ERROR',
];
const STALE_COORDINATOR = ['GROUP_COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR_FOR_GROUP'];
/** Pass by themselves. */
const TRANSIENT = [
  'GROUP_LOAD_IN_PROGRESS',
  'CONCURRENT_TRANSACTIONS',
  'REQUEST_TIMED_OUT',
  'NETWORK_EXCEPTION',
  'NOT_CONTROLLER',
  'BROKER_NOT_AVAILABLE',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'OFFSET_NOT_AVAILABLE',
  'UNSTABLE_OFFSET_COMMIT',
  'CORRUPT_MESSAGE',
];

const faultOf = (error: unknown): KafkaFault =>
  error instanceof Error ? error : { name: '', message: String(error) };

/** What an error says of itself. */
export const faultMessage = (error: unknown): string => faultOf(error).message;

/** Whether Kafka answered with this error code. */
export function hasType(error: unknown, ...types: readonly string[]): boolean {
  const { type } = faultOf(error);
  return type !== undefined && types.includes(type);
}

/** Whether the connection failed, so that nobody knows whether the request was carried out. */
export function isConnectionFault(error: unknown): boolean {
  const { name, message } = faultOf(error);
  return CONNECTION.includes(name) || (name === REFUSED_USER && BROKEN_MEANWHILE.test(message));
}

/** Whether a request was given up since no answer came in time. */
export function isRequestTimeout(error: unknown): boolean {
  const { name, message } = faultOf(error);
  return name === TIMED_OUT || (name === REFUSED_USER && TIMED_OUT_MEANWHILE.test(message));
}

/** A fault like kafkajs's own, for a node that is not connected. */
export function connectionFault(message: string): Error {
  return Object.assign(new Error(message), { name: 'KafkaJSBrokerNotFound' });
}

/** A fault like kafkajs's own, for a partition without a leader. */
export function leaderFault(message: string): Error {
  return Object.assign(new Error(message), { type: 'LEADER_NOT_AVAILABLE' });
}

/** Whether a newer owner of the transactional id has taken over, or the transaction timed out. */
export function isFencedFault(error: unknown): boolean {
  return hasType(error, ...FENCED) || faultOf(error).code === PRODUCER_FENCED_CODE;
}

/** Whether a broker knows no such topic: it was deleted, or the broker has just started and knows none yet. */
export function isUnknownTopic(error: unknown): boolean {
  return error instanceof SeclError
    ? error.code === 'TOPIC_UNKNOWN'
    : hasType(error, 'UNKNOWN_TOPIC_OR_PARTITION');
}

/** Whether what is known of leaders is out of date. */
export function isStaleLeader(error: unknown): boolean {
  return isConnectionFault(error) || hasType(error, 'UNKNOWN_TOPIC_OR_PARTITION', ...STALE_LEADER);
}

/** Whether what is known of coordinators is out of date. */
export function isStaleCoordinator(error: unknown): boolean {
  return isConnectionFault(error) || hasType(error, ...STALE_COORDINATOR);
}

/** Whether the same request may succeed later without anybody changing anything. */
export function isTransient(error: unknown): boolean {
  if (error instanceof SeclError) return error.retryable;
  return isStaleLeader(error) || isStaleCoordinator(error) || hasType(error, ...TRANSIENT);
}

const TOO_LARGE = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];
const BAD_RECORD = ['INVALID_RECORD', 'INVALID_TIMESTAMP'];
/** The user lacks a right. */
const UNAUTHORIZED = [
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
];
/** What a broker refuses however often it is asked: somebody has to change a right, a limit, a clock. */
const REFUSED = [...UNAUTHORIZED, ...TOO_LARGE, ...BAD_RECORD];

/**
 * Whether a broker refused it for good; of a coded error, whether that is its cause. A topic that is still unknown when
 * patience is spent was deleted.
 */
export function isRefusedFault(error: unknown): boolean {
  if (error instanceof SeclError && isUnknownTopic(error)) return true;
  return hasType(error instanceof SeclError ? error.cause : error, ...REFUSED);
}

/** What brokers refuse since a setting of ours does not fit theirs, and which to change. */
const UNFIT: Readonly<Record<string, string>> = {
  INVALID_SESSION_TIMEOUT:
    'broker.sessionTimeoutMs must lie between group.min.session.timeout.ms and group.max.session.timeout.ms of the brokers: 6000 and 1800000, unless they are set otherwise.',
  INVALID_TRANSACTION_TIMEOUT:
    'broker.transactionTimeoutMs must be at most transaction.max.timeout.ms of the brokers: 900000, unless it is set otherwise.',
  INVALID_REPLICATION_FACTOR:
    'broker.replicationFactor must be at most the number of brokers; where it is not set, the same holds for default.replication.factor of the brokers.',
};

/** `RECORD_TOO_LARGE`, `PRECONDITION` or `BROKER_FAILED` for what kafkajs threw; a coded error stays. */
export function codedFault(what: string, error: unknown): SeclError {
  if (error instanceof SeclError) return error;
  const { message, name, type = '' } = faultOf(error);
  if (hasType(error, ...TOO_LARGE)) {
    return new SeclError('RECORD_TOO_LARGE', `${what}: ${message}`, {
      hint: 'Raise max.message.bytes of the topic, or keep the bulk outside.',
      cause: error,
    });
  }
  if (hasType(error, 'UNKNOWN_TOPIC_OR_PARTITION')) {
    return new SeclError('TOPIC_UNKNOWN', `${what}: ${message}`, {
      hint: 'A topic was deleted; create it again.',
      cause: error,
    });
  }
  if (hasType(error, ...BAD_RECORD)) {
    return new SeclError('PRECONDITION', `${what}: the broker refused a record: ${message}`, {
      hint: 'Check that this machine’s clock is right: topics may refuse far-off timestamps. A compacted topic takes no record without a key.',
      cause: error,
    });
  }
  const refused = name === REFUSED_USER && !isConnectionFault(error);
  return new SeclError('BROKER_FAILED', `${what}: ${message}`, {
    hint:
      UNFIT[type] ??
      (refused
        ? 'Check user, password and mechanism.'
        : UNAUTHORIZED.includes(type)
          ? 'The user lacks a right on it; docs/kafka.md lists those of each process, under "Rights".'
          : 'Check that the brokers run and can be reached at the addresses they advertise.'),
    retryable: isTransient(error),
    cause: error,
  });
}
