/**
 * What is used of kafkajs 2.2.4 below its public surface: connections, SASL and the encoding of requests.
 * Its consumer and producer cannot do what the port promises (docs/kafka.md says what); its wire can.
 */
declare module 'kafkajs/src/network/socketFactory.js' {
  import type { Socket } from 'node:net';
  const createSocketFactory: () => (options: unknown) => Socket;
  // eslint-disable-next-line no-restricted-exports -- a CommonJS module
  export default createSocketFactory;
}

declare module 'kafkajs/src/cluster/connectionPoolBuilder.js' {
  /** Sockets to one broker; fetches have one of their own. */
  export interface ConnectionPool {
    readonly host: string;
    readonly port: number;
    send<T>(asked: { readonly request: unknown; readonly response: ResponseReader<T> }): Promise<T>;
  }
  export interface ResponseReader<T> {
    decode(raw: Buffer): Promise<T>;
    /** @throws What the broker answered, if it is an error. */
    parse(decoded: T): Promise<T>;
  }
  export interface ConnectionPoolBuilder {
    /** To an address, or to the next of the addresses to begin with. */
    build(address?: { readonly host: string; readonly port: number }): Promise<ConnectionPool>;
  }
  const createBuilder: (options: Readonly<Record<string, unknown>>) => ConnectionPoolBuilder;
  // eslint-disable-next-line no-restricted-exports -- a CommonJS module
  export default createBuilder;
}

declare module 'kafkajs/src/broker/index.js' {
  import type { ConnectionPool } from 'kafkajs/src/cluster/connectionPoolBuilder.js';

  interface TopicPartitions<P> {
    readonly topic: string;
    readonly partitions: readonly P[];
  }
  interface Transaction {
    readonly transactionalId: string;
    readonly producerId: string;
    readonly producerEpoch: number;
  }
  /** As `BatchNode` reads it, which keys and values share the bytes of with everything that was fetched. */
  export interface FetchedMessage {
    readonly offset: bigint;
    readonly timestampMs: number;
    readonly key: Buffer | null;
    readonly value: Buffer | null;
    /** In their order; a name may come again. */
    readonly headers: readonly (readonly [name: string, value: Buffer | null])[];
    /** What it has in common with the others of its batch. */
    readonly batch: {
      readonly producerId: bigint;
      readonly isTransactional: boolean;
      /** Whether it is a marker of Kafka's own. */
      readonly isControl: boolean;
    };
  }
  /** As `BatchNode` reads it. */
  export interface FetchedPartition {
    readonly errorCode: number;
    readonly lastStableOffset: bigint;
    readonly abortedTransactions: readonly {
      readonly producerId: bigint;
      readonly firstOffset: bigint;
    }[];
    readonly messages: readonly FetchedMessage[];
    /** Behind the last whole batch, one without records too; `undefined`: no batch came. */
    readonly batchEnd: bigint | undefined;
  }
  export interface ConfigEntry {
    readonly configName: string;
    readonly configValue: string;
    /** 1: set on the topic itself. */
    readonly configSource: number;
  }

  // eslint-disable-next-line no-restricted-exports -- a CommonJS module
  export default class KafkaNode {
    constructor(options: {
      readonly connectionPool: ConnectionPool;
      readonly logger: unknown;
      readonly nodeId?: number;
      readonly authenticationTimeout: number;
      readonly allowAutoTopicCreation: boolean;
    });
    readonly connectionPool: ConnectionPool;
    isConnected(): boolean;
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    metadata(topics: readonly string[]): Promise<{
      readonly brokers: readonly {
        readonly nodeId: number;
        readonly host: string;
        readonly port: number;
      }[];
      readonly topicMetadata: readonly {
        readonly topic: string;
        readonly isInternal: boolean;
        readonly partitionMetadata: readonly {
          readonly partitionId: number;
          readonly leader: number;
          readonly replicas: readonly number[];
        }[];
      }[];
    }>;
    findGroupCoordinator(options: {
      readonly groupId: string;
      /** 0: of a group; 1: of a transactional id. */
      readonly coordinatorType: 0 | 1;
    }): Promise<{
      readonly coordinator: {
        readonly nodeId: number;
        readonly host: string;
        readonly port: number;
      };
    }>;
    produce(
      options: Transaction & {
        readonly acks: -1;
        readonly timeout: number;
        readonly topicData: readonly TopicPartitions<{
          readonly partition: number;
          readonly firstSequence: number;
          readonly messages: readonly {
            readonly key: Buffer | null;
            readonly value: Buffer | null;
            readonly headers: Readonly<Record<string, Buffer>>;
            readonly timestamp: string;
          }[];
        }>[];
      },
    ): Promise<{
      readonly topics: readonly {
        readonly topicName: string;
        readonly partitions: readonly {
          readonly partition: number;
          readonly baseOffset: string;
        }[];
      }[];
    }>;
    fetch(options: {
      readonly replicaId: -1;
      /** 1: read committed. */
      readonly isolationLevel: 1;
      readonly maxWaitTime: number;
      readonly minBytes: number;
      readonly maxBytes: number;
      readonly topics: readonly TopicPartitions<{
        readonly partition: number;
        readonly fetchOffset: string;
        readonly maxBytes: number;
      }>[];
    }): Promise<{
      readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
    }>;
    listOffsets(options: {
      readonly replicaId: -1;
      readonly isolationLevel: 1;
      readonly topics: readonly TopicPartitions<{
        readonly partition: number;
        /** −2: the earliest; −1: the end. */
        readonly timestamp: -2 | -1;
      }>[];
    }): Promise<{
      readonly responses: readonly {
        readonly partitions: readonly { readonly offset: string }[];
      }[];
    }>;
    offsetFetch(options: {
      readonly groupId: string;
      readonly topics: readonly TopicPartitions<{ readonly partition: number }>[];
    }): Promise<{
      readonly responses: readonly {
        readonly partitions: readonly { readonly offset: string }[];
      }[];
    }>;
    joinGroup(options: {
      readonly groupId: string;
      readonly sessionTimeout: number;
      readonly rebalanceTimeout: number;
      readonly memberId: string;
      readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
    }): Promise<{
      readonly generationId: number;
      readonly leaderId: string;
      readonly memberId: string;
      readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
    }>;
    syncGroup(options: {
      readonly groupId: string;
      readonly generationId: number;
      readonly memberId: string;
      readonly groupAssignment: readonly {
        readonly memberId: string;
        readonly memberAssignment: Buffer;
      }[];
    }): Promise<{ readonly memberAssignment: Buffer }>;
    heartbeat(options: {
      readonly groupId: string;
      readonly groupGenerationId: number;
      readonly memberId: string;
    }): Promise<unknown>;
    leaveGroup(options: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
    initProducerId(options: {
      readonly transactionalId: string;
      readonly transactionTimeout: number;
    }): Promise<{ readonly producerId: string; readonly producerEpoch: number }>;
    addPartitionsToTxn(
      options: Transaction & { readonly topics: readonly TopicPartitions<number>[] },
    ): Promise<unknown>;
    addOffsetsToTxn(options: Transaction & { readonly groupId: string }): Promise<unknown>;
    txnOffsetCommit(
      options: Transaction & {
        readonly groupId: string;
        readonly topics: readonly TopicPartitions<{
          readonly partition: number;
          readonly offset: string;
          readonly metadata: null;
        }>[];
      },
    ): Promise<unknown>;
    endTxn(options: Transaction & { readonly transactionResult: boolean }): Promise<unknown>;
    createTopics(options: {
      readonly timeout: number;
      readonly topics: readonly {
        readonly topic: string;
        readonly numPartitions: number;
        readonly replicationFactor: number;
        readonly configEntries: readonly { readonly name: string; readonly value: string }[];
      }[];
    }): Promise<unknown>;
    createPartitions(options: {
      readonly timeout: number;
      readonly topicPartitions: readonly { readonly topic: string; readonly count: number }[];
    }): Promise<unknown>;
    deleteTopics(options: {
      readonly topics: readonly string[];
      readonly timeout: number;
    }): Promise<unknown>;
    deleteRecords(options: {
      readonly topics: readonly TopicPartitions<{
        readonly partition: number;
        readonly offset: string;
      }>[];
    }): Promise<unknown>;
    describeConfigs(options: {
      readonly resources: readonly { readonly type: 2; readonly name: string }[];
    }): Promise<{
      readonly resources: readonly { readonly configEntries: readonly ConfigEntry[] }[];
    }>;
    alterConfigs(options: {
      readonly resources: readonly {
        readonly type: 2;
        readonly name: string;
        readonly configEntries: readonly { readonly name: string; readonly value: string }[];
      }[];
    }): Promise<unknown>;
  }
}

declare module 'kafkajs/src/protocol/decoder.js' {
  // eslint-disable-next-line no-restricted-exports -- a CommonJS module
  export default class Decoder {
    constructor(buffer: Buffer);
    readInt32(): number;
    readString(): string | null;
    readBytes(length: number): Buffer;
    readInt16(): number;
    readInt64(): bigint;
    /** Passes over bytes. */
    forward(bytes: number): void;
  }
}

declare module 'kafkajs/src/protocol/requests/fetch/index.js' {
  import type KafkaNode from 'kafkajs/src/broker/index.js';
  import type { ResponseReader } from 'kafkajs/src/cluster/connectionPoolBuilder.js';
  const requests: {
    protocol(options: { readonly version: number }): (
      options: Parameters<KafkaNode['fetch']>[0] & { readonly rackId: string },
    ) => {
      readonly request: unknown;
      readonly response: ResponseReader<Awaited<ReturnType<KafkaNode['fetch']>>>;
      readonly requestTimeout: number;
    };
  };
  // eslint-disable-next-line no-restricted-exports -- a CommonJS module
  export default requests;
}

declare module 'kafkajs/src/protocol/requests/metadata/index.js' {
  import type KafkaNode from 'kafkajs/src/broker/index.js';
  import type { ResponseReader } from 'kafkajs/src/cluster/connectionPoolBuilder.js';
  const requests: {
    protocol(options: { readonly version: number }): (options: {
      /** None: all. */
      readonly topics: readonly string[];
      readonly allowAutoTopicCreation: boolean;
    }) => {
      readonly request: unknown;
      readonly response: ResponseReader<Awaited<ReturnType<KafkaNode['metadata']>>>;
    };
  };
  // eslint-disable-next-line no-restricted-exports -- a CommonJS module
  export default requests;
}

declare module 'kafkajs/src/consumer/assignerProtocol.js' {
  export const MemberMetadata: {
    encode(value: { readonly version: number; readonly topics: readonly string[] }): Buffer;
    decode(buffer: Buffer): { readonly topics: readonly string[] };
  };
  export const MemberAssignment: {
    encode(value: {
      readonly version: number;
      readonly assignment: Readonly<Record<string, readonly number[]>>;
    }): Buffer;
    /** `null` for an empty assignment. */
    decode(buffer: Buffer): {
      readonly assignment: Readonly<Record<string, readonly number[]>>;
    } | null;
  };
}
