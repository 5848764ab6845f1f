import { createHash } from 'node:crypto';
import path from 'node:path';
import { openRecordCodecs, type RecordCodecs } from '../adapters/avro/record-codecs.ts';
import { openEmbeddedLog } from '../adapters/embedded-log/open-embedded-log.ts';
import { openFileAdapterStore } from '../adapters/files/file-adapter-store.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { AdapterDecision } from '../events/adapter-decision.ts';
import type { AdapterRecord } from '../events/adapter.ts';
import { isHeadKey, versionKey } from '../events/adapter-keys.ts';
import { adapterRefused } from '../peft/adapter-refused.ts';
import type { AdapterStore } from '../ports/adapter-store.ts';
import type { Broker, TopicSpec } from '../ports/broker.ts';
import type { Codec } from '../ports/record-codec.ts';
import type { TopologyTopics } from '../topology/topology.ts';
import { loadTopology } from './load-topology.ts';
import { logFolderOf } from './log-folder-of.ts';
import { readWholeTopic } from './read-whole-topic.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

/** Where a run's adapters are. */
export interface AdapterLogOptions {
  /** Holds `log/` and `adapters/`. */
  readonly runFolder: string;
  /** Names the topics; absent: the default one. */
  readonly topology?: string | undefined;
  /** Begin a run if there is none. @defaultValue false */
  readonly create?: boolean;
}

/** A run's adapters and what was decided about them, with the means to add to both. */
export interface AdapterLog {
  /** As written, oldest first. */
  readonly records: readonly AdapterRecord[];
  /** As written, oldest first. */
  readonly decisions: readonly AdapterDecision[];
  /** Highest version that a training batch of a lineage was to become, whatever became of it; 0: there was none. */
  newestOrdinal(lineage: string): Promise<number>;
  readonly store: AdapterStore;
  /** Adds a version. */
  addRecord(record: AdapterRecord): Promise<void>;
  /** Adds a decision. */
  addDecision(decision: AdapterDecision): Promise<void>;
  /**
   * A version's bytes, from its record or the store, held against its hash.
   *
   * @throws SeclError `ADAPTER_REFUSED` if they are missing or damaged.
   */
  bytesOf(record: AdapterRecord): Promise<Uint8Array>;
}

/** Largest weights that a record carries itself; larger ones are in the store. Kafka's records end at 1 MiB. */
export const INLINE_BYTES = 512 * 1024;

/**
 * Opens a run's log and adapter store, hands them to work, and closes them whatever happens.
 *
 * @throws SeclError `FILE_UNREADABLE` if there is no run; `LOG_IN_USE` while another process has it open;
 *   `LOG_CORRUPT`; `RECORD_INVALID` for records of another version.
 */
export async function withAdapterLog<T>(
  { runFolder, topology, create = false }: AdapterLogOptions,
  work: (log: AdapterLog) => Promise<T>,
): Promise<T> {
  const { topics } = await loadTopology(topology);
  const folder = create ? path.join(runFolder, 'log') : await logFolderOf(runFolder);
  const broker = await openEmbeddedLog({ folder, clock: SYSTEM_CLOCK });
  try {
    const codecs = openRecordCodecs();
    const store = openFileAdapterStore(path.join(runFolder, 'adapters'));
    return await work(await readAdapterLog(broker, topics, codecs, store));
  } finally {
    await broker.close();
  }
}

/** Reads a broker's adapters and decisions; a topic that is not there yet has none. */
export async function readAdapterLog(
  broker: Broker,
  topics: Pick<TopologyTopics, 'adapters' | 'adapterDecisions' | 'trainingBatches'>,
  codecs: Pick<RecordCodecs, 'adapter' | 'adapterDecision' | 'trainingBatch'>,
  store: AdapterStore,
): Promise<AdapterLog> {
  // Compacted by `lineage/version`, of which no two are alike: nothing is ever lost.
  const adapters: TopicSpec = { name: topics.adapters, compacted: true };
  const decisions: TopicSpec = { name: topics.adapterDecisions };
  return {
    records: await readAll(broker, adapters, codecs.adapter),
    decisions: await readAll(broker, decisions, codecs.adapterDecision),
    newestOrdinal: async (lineage) => {
      const batches = await readAll(broker, { name: topics.trainingBatches }, codecs.trainingBatch);
      return batches.reduce(
        (newest, batch) => (batch.lineage === lineage ? Math.max(newest, batch.ordinal) : newest),
        0,
      );
    },
    store,
    addRecord: (record) => add(broker, adapters, versionKey(record), codecs.adapter.encode(record)),
    addDecision: (decision) =>
      add(
        broker,
        decisions,
        new TextEncoder().encode(decision.lineage),
        codecs.adapterDecision.encode(decision),
      ),
    bytesOf: async (record) => {
      const bytes = record.weights ?? (await store.get(record.sha256));
      if (bytes === undefined)
        throw adapterRefused('MISSING', `the bytes of version ${record.version} are not there`);
      if (createHash('sha256').update(bytes).digest('hex') !== record.sha256)
        throw adapterRefused('WRONG_HASH', `the bytes of version ${record.version} are others`);
      return bytes;
    },
  };
}

async function readAll<T>(broker: Broker, topic: TopicSpec, codec: Codec<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const { key, value, offset } of readWholeTopic(broker, topic.name)) {
    // Only the compacted topic has heads: a decision has its lineage for a key.
    if (value === null || (topic.compacted === true && isHeadKey(key))) continue;
    const decoded = codec.decode(value);
    if (!decoded.ok)
      throw new SeclError('RECORD_INVALID', `${topic.name} at ${offset}: ${decoded.reason}`, {
        hint: 'The run folder was written by another version; use that one.',
      });
    values.push(decoded.value);
  }
  return values;
}

async function add(
  broker: Broker,
  topic: TopicSpec,
  key: Uint8Array,
  value: Uint8Array,
): Promise<void> {
  // An existing topic keeps what its topology said of it.
  if (!(await broker.topics()).has(topic.name)) await broker.ensureTopics([topic]);
  await broker.append([{ topic: topic.name, key, value }]);
}
