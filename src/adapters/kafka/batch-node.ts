import KafkaNode, { type FetchedPartition } from 'kafkajs/src/broker/index.js';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import fetchRequests from 'kafkajs/src/protocol/requests/fetch/index.js';
import metadataRequests from 'kafkajs/src/protocol/requests/metadata/index.js';
import { readRecordBatches } from './record-batches.ts';

/** The newest versions that kafkajs knows; every broker since 2.3 speaks them. */
const FETCH_VERSION = 11;
const METADATA_VERSION = 6;

/**
 * A broker of kafkajs whose fetches are read here, and also say how far they came. A compacted topic keeps batches
 * without a record, for what they say of their producer; kafkajs passes over them in silence, so that a page of them
 * looks like none. And topics are told though some partition has no leader, since its broker is away: kafkajs throws
 * then, and the other partitions could not be worked on either.
 */
export class BatchNode extends KafkaNode {
  /** Partition counts of all topics but Kafka's own. */
  async topicCounts(): Promise<ReadonlyMap<string, number>> {
    const { request, response } = askForTopics([]);
    const { topicMetadata } = await this.connectionPool.send({
      request,
      response: { ...response, parse: (decoded) => Promise.resolve(decoded) },
    });
    return new Map(
      topicMetadata
        // One without partitions is being made.
        .filter(({ isInternal, partitionMetadata }) => !isInternal && partitionMetadata.length > 0)
        .map(({ topic, partitionMetadata }) => [topic, partitionMetadata.length]),
    );
  }

  override async metadata(topics: readonly string[]): ReturnType<KafkaNode['metadata']> {
    const { request, response } = askForTopics(topics);
    return this.connectionPool.send({
      request,
      response: {
        ...response,
        parse: (decoded) => response.parse(withoutPartitionErrors(decoded)),
      },
    });
  }

  override async fetch(options: Parameters<KafkaNode['fetch']>[0]): ReturnType<KafkaNode['fetch']> {
    const { response, ...asked } = fetchRequests.protocol({ version: FETCH_VERSION })({
      ...options,
      rackId: '',
    });
    return this.connectionPool.send({
      ...asked,
      response: { ...response, decode: (raw) => Promise.resolve(decodeFetched(raw)) },
    });
  }
}

/** A request for what is known of topics, of all for none, that makes none of them. */
function askForTopics(
  topics: readonly string[],
): ReturnType<ReturnType<typeof metadataRequests.protocol>> {
  return metadataRequests.protocol({ version: METADATA_VERSION })({
    topics,
    allowAutoTopicCreation: false,
  });
}

/** A partition without a leader says so by a leader of -1 as well. */
function withoutPartitionErrors(metadata: Metadata): Metadata {
  const topicMetadata = metadata.topicMetadata.map((topic) => ({
    ...topic,
    partitionMetadata: topic.partitionMetadata.map((partition) => ({
      ...partition,
      partitionErrorCode: 0,
    })),
  }));
  return { ...metadata, topicMetadata };
}

type Metadata = Awaited<ReturnType<KafkaNode['metadata']>>;

/**
 * What an answer to a fetch says, partition by partition.
 *
 * @throws SeclError as {@link readRecordBatches}.
 * Source: FetchResponse version 11 in Kafka's protocol.
 */
function decodeFetched(raw: Buffer): Fetched {
  const decoder = new Decoder(raw);
  const clientSideThrottleTime = decoder.readInt32();
  // Error and session: none is made.
  decoder.forward(2 + 4);
  const responses: { partitions: FetchedPartition[] }[] = [];
  for (let topics = decoder.readInt32(); topics > 0; topics--) {
    const topic = decoder.readString() ?? '';
    const partitions: FetchedPartition[] = [];
    for (let left = decoder.readInt32(); left > 0; left--)
      partitions.push(decodePartition(decoder, topic));
    responses.push({ partitions });
  }
  return { clientSideThrottleTime, responses };
}

/** What kafkajs takes of an answer: how long to leave the broker alone, and whether it holds an error. */
type Fetched = Awaited<ReturnType<KafkaNode['fetch']>> & {
  readonly clientSideThrottleTime: number;
};

function decodePartition(decoder: Decoder, topic: string): FetchedPartition {
  const partition = decoder.readInt32();
  const errorCode = decoder.readInt16();
  // High watermark.
  decoder.forward(8);
  const lastStableOffset = decoder.readInt64();
  // Start of the log.
  decoder.forward(8);
  const abortedTransactions = Array.from({ length: Math.max(0, decoder.readInt32()) }, () => ({
    producerId: decoder.readInt64(),
    firstOffset: decoder.readInt64(),
  }));
  // The replica to read from.
  decoder.forward(4);
  const batches = decoder.readBytes(Math.max(0, decoder.readInt32()));
  const { messages, end } = readRecordBatches(batches, `${topic}/${partition}`);
  return { errorCode, lastStableOffset, abortedTransactions, messages, batchEnd: end };
}
