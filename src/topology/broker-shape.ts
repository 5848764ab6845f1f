import { GROUP_TIMES, usualHeartbeatMs } from '../ports/group-times.ts';
import {
  BROKER_KINDS,
  SASL_MECHANISMS,
  SUBJECT_NAMINGS,
  type TopologyBroker,
  type TopologyRegistry,
  type TopologySasl,
  type TopologyTls,
} from './broker-topology.ts';
import { choice, flag, integer, nullable, object, text, type Field } from './shape.ts';

const FILE = { pattern: '^\\S(.{0,998}\\S)?$', rule: 'a path of 1 to 1000 characters' };
const VARIABLE = {
  pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$',
  rule: 'the name of an environment variable',
  hidden: true,
};
/** From 1 to 65535. */
const PORT =
  '(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})';
const ADDRESS = `[A-Za-z0-9._-]{1,253}:${PORT}`;
/** No literal of IPv6: kafkajs takes the first colon for the port's. A name may lead to one. */
export const ADDRESSES = {
  pattern: `^${ADDRESS}(,${ADDRESS}){0,31}$`,
  rule: 'host:port, or several of them separated by commas without spaces; a port is from 1 to 65535',
};
/** The address of a schema registry. */
export const REGISTRY_ADDRESS = {
  pattern: '^https?://[^\\s@?#]{1,2000}$',
  rule: 'an http or https address without a name or password in it',
  hidden: true,
};
const CLIENT = {
  pattern: '^[A-Za-z0-9._-]{1,128}$',
  rule: '1 to 128 of letters, digits, ".", "_" and "-"',
};

const sasl = object<TopologySasl>(
  {
    mechanism: choice(SASL_MECHANISMS, 'none', 'How the client says who it is.'),
    usernameFile: nullable(text(FILE, '', 'File that holds the name.')),
    usernameEnv: nullable(text(VARIABLE, '', 'Environment variable that holds the name.')),
    passwordFile: nullable(text(FILE, '', 'File that holds the password.')),
    passwordEnv: nullable(text(VARIABLE, '', 'Environment variable that holds the password.')),
  },
  'Who the client is; name and password stand in files or the environment, never here.',
);

const tls = object<TopologyTls>(
  {
    mode: choice(['off', 'on'], 'off', 'Whether connections are encrypted.'),
    caFile: nullable(text(FILE, '', 'Certificates that are trusted (PEM); null: the system’s.')),
    certFile: nullable(text(FILE, '', 'Certificate of this client (PEM).')),
    keyFile: nullable(text(FILE, '', 'Its private key (PEM).')),
  },
  'Encryption of connections to Kafka.',
);

const registry = object<TopologyRegistry>(
  {
    url: nullable(
      text(
        REGISTRY_ADDRESS,
        '',
        'Address of its API; null: none, records say their schema’s fingerprint.',
      ),
    ),
    usernameFile: nullable(text(FILE, '', 'File that holds the name.')),
    usernameEnv: nullable(text(VARIABLE, '', 'Environment variable that holds the name.')),
    passwordFile: nullable(text(FILE, '', 'File that holds the password.')),
    passwordEnv: nullable(text(VARIABLE, '', 'Environment variable that holds the password.')),
    subjects: choice(
      SUBJECT_NAMINGS,
      'topic',
      'How subjects are named: TOPIC-value, the record’s full name, or TOPIC-NAME.',
    ),
    register: flag(false, 'Whoever writes registers its schemas; else `secl topics create` does.'),
    timeoutMs: integer([100, 120_000], 5000, 'How long one answer is waited for.'),
  },
  'A Confluent-compatible schema registry, whose ids records then begin with.',
);

/** Keys of the broker. A replay has a log of its own and reads none of them. */
export const BROKER_SHAPE: Field<TopologyBroker> = object<TopologyBroker>(
  {
    kind: choice(BROKER_KINDS, 'embedded', 'A log in a folder for one process, or Kafka.'),
    folder: text(
      FILE,
      'runs/worker',
      'Holds the embedded log, and adapters that are too large for a record.',
    ),
    brokers: text(ADDRESSES, 'localhost:9092', 'Kafka’s addresses, separated by commas.'),
    clientId: text(CLIENT, 'secl', 'Name under which the broker logs this client.'),
    group: text(CLIENT, 'secl', 'What the names of consumer groups begin with.'),
    partitions: integer(
      [1, 10_000],
      1,
      'Partitions of questions, answers and labels where topics are created: how many workers can share them.',
    ),
    replicationFactor: nullable(
      integer(
        [1, 1000],
        1,
        'Copies of each partition where topics are created on Kafka, those of the state among them; null: the brokers’ default.',
      ),
    ),
    sessionTimeoutMs: integer(
      [1000, 1_800_000],
      GROUP_TIMES.sessionTimeoutMs,
      'A worker or trainer that Kafka hears nothing of keeps its partitions for so long; Kafka takes nothing below its group.min.session.timeout.ms, 6000 unless set otherwise.',
    ),
    heartbeatMs: nullable(
      integer(
        [100, 600_000],
        usualHeartbeatMs(GROUP_TIMES.sessionTimeoutMs),
        'Between two signs of life, at most a third of the session timeout; null: a tenth of it.',
      ),
    ),
    transactionTimeoutMs: integer(
      [1000, 3_600_000],
      GROUP_TIMES.transactionTimeoutMs,
      'Kafka aborts a transaction that is open for so long, e.g. of a worker that was killed; it takes nothing above its transaction.max.timeout.ms, 900000 unless set otherwise.',
    ),
    progressTimeoutMs: integer(
      [1000, 86_400_000],
      GROUP_TIMES.progressTimeoutMs,
      'A worker that took records and neither asks for more nor commits for so long gives up its partitions; longer than any batch takes.',
    ),
    stallSeconds: nullable(
      integer(
        [1, 86_400],
        120,
        'A partition that has not moved for so long makes its process not ready; --stall-seconds wins; null: 120 for `secl run`, 600 for `secl trainer`.',
      ),
    ),
    sasl,
    tls,
    registry,
  },
  'Where the topics are, for `secl run` and the commands around it.',
);
