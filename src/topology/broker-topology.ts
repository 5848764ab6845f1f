/** Where topics can be. */
export const BROKER_KINDS = ['embedded', 'kafka'] as const;

/** One of {@link BROKER_KINDS}. */
export type BrokerKind = (typeof BROKER_KINDS)[number];

/** How a client says who it is; `none`: it does not. */
export const SASL_MECHANISMS = ['none', 'plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** One of {@link SASL_MECHANISMS}. */
export type SaslMechanism = (typeof SASL_MECHANISMS)[number];

/** Where a client's name and password are. They stand in no topology, only where they are found. */
export interface TopologySasl {
  readonly mechanism: SaslMechanism;
  readonly usernameFile: string | null;
  /** Name of an environment variable. */
  readonly usernameEnv: string | null;
  readonly passwordFile: string | null;
  /** Name of an environment variable. */
  readonly passwordEnv: string | null;
}

/** Whether connections are encrypted, and files in PEM. */
export interface TopologyTls {
  readonly mode: 'off' | 'on';
  /** Who is trusted; `null`: whom the system trusts. */
  readonly caFile: string | null;
  /** This client's certificate and its key; both or neither. */
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

/** How the subjects of a schema registry are named. */
export const SUBJECT_NAMINGS = ['topic', 'record', 'topic-record'] as const;

/** One of {@link SUBJECT_NAMINGS}: `qa.answers-value`, `stream.secl.Answer`, `qa.answers-stream.secl.Answer`. */
export type SubjectNaming = (typeof SUBJECT_NAMINGS)[number];

/** The schema registry that records are written for. */
export interface TopologyRegistry {
  /** Address of its API; `null`: none, records say their schema's fingerprint. */
  readonly url: string | null;
  readonly usernameFile: string | null;
  /** Name of an environment variable. */
  readonly usernameEnv: string | null;
  readonly passwordFile: string | null;
  /** Name of an environment variable. */
  readonly passwordEnv: string | null;
  readonly subjects: SubjectNaming;
  /** Whether whoever writes registers its schemas; else `secl topics create` does. */
  readonly register: boolean;
  /** How long one answer is waited for. */
  readonly timeoutMs: number;
}

/** Where the topics are, and under which name this pipeline reads them. */
export interface TopologyBroker {
  readonly kind: BrokerKind;
  /** Holds the embedded log, and, whatever the kind, adapters too large for a record. */
  readonly folder: string;
  /** Kafka's addresses to begin with, `host:port`, separated by commas. */
  readonly brokers: string;
  readonly clientId: string;
  /** Consumer groups begin with it: `secl-answering`, `secl-calibrating`, `secl-training`. */
  readonly group: string;
  /** Of the questions, and so of answers and labels: how many workers can share them. */
  readonly partitions: number;
  /** Copies of each partition of topics that are created; `null`: the brokers' default. */
  readonly replicationFactor: number | null;
  /** A member of a group that is silent keeps its partitions for so long. */
  readonly sessionTimeoutMs: number;
  /** Between two signs of life; `null`: a tenth of the session timeout. */
  readonly heartbeatMs: number | null;
  /** The brokers abort a transaction that is open for so long. */
  readonly transactionTimeoutMs: number;
  /** A member that has records and neither polls nor commits for so long gives up its partitions. */
  readonly progressTimeoutMs: number;
  /** Not ready once a partition has not moved for so long; `null`: what each command says. */
  readonly stallSeconds: number | null;
  readonly sasl: TopologySasl;
  readonly tls: TopologyTls;
  readonly registry: TopologyRegistry;
}
