import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordCodecs } from '../../adapters/avro/record-codecs.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type { IncomingRecord } from '../../ports/broker.ts';
import type { Codec } from '../../ports/record-codec.ts';
import type { TopologyTopics } from '../../topology/topology.ts';
import { describeBroker } from './open-broker.ts';
import { openRecords } from './open-records.ts';
import type { Readable } from './readable.ts';
import { topicTails } from './topic-tails.ts';
import { workerTopology, type BrokerChoice } from './worker-topology.ts';

/** A record that was read back. */
export interface ReadBack {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly writtenAtMs: number;
  /** As its schema says, bytes in base64; `null`: a tombstone, or it cannot be read. */
  readonly value: unknown;
  /** Why it cannot be read, else `null`. */
  readonly fault: string | null;
}

/** What {@link readTopic} is asked for. */
export interface ReadTopicOptions extends BrokerChoice {
  readonly what: Readable;
  /** Go on with what comes. @defaultValue false */
  readonly follow?: boolean | undefined;
  /** Most records. */
  readonly limit?: number | undefined;
  readonly stop: AbortSignal;
  readonly onRecord: (record: ReadBack) => void;
}

/** How often it is looked for more. */
const FOLLOW_EVERY_MS = 500;

function sourceOf(
  what: Readable,
  topics: TopologyTopics,
  codecs: RecordCodecs,
): { readonly topic: string; readonly codec: Codec<unknown> } {
  switch (what) {
    case 'questions':
      return { topic: topics.questions, codec: codecs.question };
    case 'answers':
      return { topic: topics.answers, codec: codecs.answer };
    case 'feedback':
      return { topic: topics.feedback, codec: codecs.feedback };
    case 'metrics':
      return { topic: topics.calibration, codec: codecs.calibrationWindow };
    case 'adapters':
      return { topic: topics.adapters, codec: codecs.adapter };
    case 'decisions':
      return { topic: topics.adapterDecisions, codec: codecs.adapterDecision };
    case 'deadLetters':
      return { topic: topics.deadLetters, codec: codecs.deadLetter };
  }
}

/** Bytes become base64, but for an adapter's weights: they are megabytes, and their hash names them. */
function plain(value: unknown, name = ''): unknown {
  if (value instanceof Uint8Array)
    return name === 'weights' ? null : Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, key)]));
}

function readBack(record: IncomingRecord, codec: Codec<unknown>): ReadBack {
  const { topic, partition, offset, key, value, timestampMs } = record;
  const decoded = value === null ? null : codec.decode(value);
  return {
    topic,
    partition,
    offset: Number(offset),
    key: key === null ? null : new TextDecoder().decode(key),
    writtenAtMs: timestampMs,
    value: decoded?.ok === true ? plain(decoded.value) : null,
    fault: decoded?.ok === false ? decoded.reason : null,
  };
}

/**
 * Reads committed records back, in the order of each partition.
 *
 * @returns How many were read.
 * @throws SeclError of topology and broker; `TOPIC_UNKNOWN`.
 */
export async function readTopic(options: ReadTopicOptions): Promise<number> {
  const { what, follow = false, limit = Infinity, stop, onRecord } = options;
  const topology = await workerTopology(options);
  const { broker, codecs } = await openRecords(topology, []);
  const { topic, codec } = sourceOf(what, topology.topics, codecs);
  let read = 0;
  try {
    const tails = await topicTails(broker, topic, describeBroker(topology.broker));
    const done = (): boolean => stop.aborted || read >= limit;
    do {
      for (const tail of tails) {
        if (done()) break;
        for await (const record of tail.each(stop)) {
          onRecord(readBack(record, codec));
          read += 1;
          if (done()) break;
        }
      }
      if (follow && !done())
        await sleep(FOLLOW_EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
    } while (follow && !done());
    return read;
  } catch (error) {
    if (stop.aborted && error instanceof SeclError && error.code === 'CANCELLED') return read;
    throw error;
  } finally {
    await broker.close();
  }
}
