import KafkaNode, { type FetchedPartition } from 'kafkajs/src/broker/index.js';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import fetchRequests from 'kafkajs/src/protocol/requests/fetch/index.js';
import metadataRequests from 'kafkajs/src/protocol/requests/metadata/index.js';

/** The newest versions that kafkajs knows; every broker since 2.3 speaks them. */
const FETCH_VERSION = 11;
const METADATA_VERSION = 6;
/** Where a batch says how many offsets it spans less one, and the least that it takes, in bytes from its beginning. */
const LAST_OFFSET_DELTA_AT = 23;
const BATCH_HEADER_BYTES = 61;
/** What stands before the length of a batch counts: its first offset and the length itself. */
const BATCH_PREFIX_BYTES = 12;

/**
 * A broker of kafkajs whose fetches also say how far they came. A compacted topic keeps batches without a record, for
 * what they say of their producer; kafkajs passes over them in silence, so that a page of them looks like none. And its
 * topics are told though some partition, maybe of somebody else's topic, has no leader: kafkajs throws then.
 */
export class BatchNode extends KafkaNode {
  /** Partition counts of all topics but Kafka's own. */
  async topicCounts(): Promise<ReadonlyMap<string, number>> {
    const { request, response } = metadataRequests.protocol({ version: METADATA_VERSION })({
      topics: [],
      allowAutoTopicCreation: false,
    });
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

  override async fetch(options: Parameters<KafkaNode['fetch']>[0]): ReturnType<KafkaNode['fetch']> {
    const { response, ...asked } = fetchRequests.protocol({ version: FETCH_VERSION })({
      ...options,
      rackId: '',
    });
    return this.connectionPool.send({
      ...asked,
      response: {
        ...response,
        decode: async (raw) => {
          const decoded = await response.decode(raw);
          const ends = batchEnds(raw);
          const responses = decoded.responses.map(({ partitions }) => ({
            partitions: partitions.map((each): FetchedPartition => {
              const end = ends.shift();
              return end === undefined ? each : { ...each, batchEnd: end };
            }),
          }));
          return { ...decoded, responses };
        },
      },
    });
  }
}

/**
 * Of each partition of an answer to a fetch, in order, the offset behind its last whole batch; `undefined`: it has none.
 * Source: FetchResponse version 11, and record batches of format 2, in Kafka's protocol.
 */
export function batchEnds(raw: Buffer): (string | undefined)[] {
  const ends: (string | undefined)[] = [];
  const decoder = new Decoder(raw);
  // Throttle time, error and session.
  decoder.forward(4 + 2 + 4);
  for (let topics = decoder.readInt32(); topics > 0; topics--) {
    decoder.readString();
    for (let partitions = decoder.readInt32(); partitions > 0; partitions--) {
      // Number, error, high watermark, last stable offset, start of the log.
      decoder.forward(4 + 2 + 8 + 8 + 8);
      // Aborted transactions, and the replica to read from.
      decoder.forward(16 * Math.max(0, decoder.readInt32()) + 4);
      ends.push(endOf(decoder.readBytes(Math.max(0, decoder.readInt32()))));
    }
  }
  return ends;
}

function endOf(batches: Buffer): string | undefined {
  let end: bigint | undefined;
  for (let at = 0; at + BATCH_HEADER_BYTES <= batches.length;) {
    const next = at + BATCH_PREFIX_BYTES + batches.readInt32BE(at + 8);
    // The last one may be cut short.
    if (next > batches.length || next <= at) break;
    end = batches.readBigInt64BE(at) + BigInt(batches.readInt32BE(at + LAST_OFFSET_DELTA_AT)) + 1n;
    at = next;
  }
  return end === undefined ? undefined : String(end);
}
