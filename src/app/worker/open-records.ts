import {
  openRecordCodecs,
  type RecordCodecs,
  type RecordName,
} from '../../adapters/avro/record-codecs.ts';
import { createWriterSchemas, type WriterSchemas } from '../../adapters/avro/writer-schemas.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type { Broker } from '../../ports/broker.ts';
import type { SchemaRegistry } from '../../ports/schema-registry.ts';
import type { Topology } from '../../topology/topology.ts';
import { logFolderOf } from '../log-folder-of.ts';
import { SYSTEM_CLOCK } from '../system-clock.ts';
import { learnSchemas } from './learn-schemas.ts';
import { openBroker } from './open-broker.ts';
import { openRegistry } from './open-registry.ts';
import { subjectOf } from './record-subjects.ts';

/** Topics, and how their records are read and written. */
export interface OpenRecords {
  /** To be closed by whoever opened it. */
  readonly broker: Broker;
  readonly codecs: RecordCodecs;
}

const NO_LOG_HINT =
  'Say where the topics are with --brokers, --log or --topology, or create them with `secl topics create`.';

/**
 * Opens a topology's broker with the codecs of its records, for its schema registry where it has one.
 *
 * @param writes - What will be written: a registry is asked for the ids of their schemas. The others can only be read.
 *   Where nothing is, no embedded log is made either: a mistyped folder is told.
 * @param onWaiting - As `openBroker` has it.
 * @param noLogHint - What to do where there is no embedded log.
 * @throws SeclError as `openBroker`; `FILE_UNREADABLE` for an embedded log that is not there; `REGISTRY_FAILED` where the registry cannot be reached, refuses, or lacks the
 *   schema of what is written.
 */
export async function openRecords(
  topology: Pick<Topology, 'topics' | 'broker'>,
  writes: readonly RecordName[],
  onWaiting?: Parameters<typeof openBroker>[1],
  noLogHint = NO_LOG_HINT,
): Promise<OpenRecords> {
  const { kind, folder } = topology.broker;
  if (kind === 'embedded' && writes.length === 0) await logFolderOf(folder, noLogHint);
  const registry = await openRegistry(topology.broker, onWaiting);
  if (registry === undefined)
    return { broker: await openBroker(topology.broker, onWaiting), codecs: openRecordCodecs() };
  const { codecs, writers } = await openRegisteredCodecs(topology, registry, writes);
  return { broker: learnSchemas(await openBroker(topology.broker, onWaiting), writers), codecs };
}

/**
 * Codecs that write for a registry, and what they have to learn of it before they read.
 *
 * @throws SeclError `REGISTRY_FAILED`.
 */
export async function openRegisteredCodecs(
  topology: Pick<Topology, 'topics' | 'broker'>,
  registry: SchemaRegistry,
  writes: readonly RecordName[],
): Promise<{ readonly codecs: RecordCodecs; readonly writers: WriterSchemas }> {
  const plain = openRecordCodecs();
  const { register } = topology.broker.registry;
  const ids: Partial<Record<RecordName, number>> = {};
  for (const name of writes) {
    const subject = subjectOf(name, topology, plain);
    const { schemaText } = plain[name];
    const id = register
      ? await registry.register(subject, schemaText)
      : await registry.idOf(subject, schemaText);
    if (id === undefined)
      throw new SeclError(
        'REGISTRY_FAILED',
        `${registry.place} has no schema of this version under the subject ${subject}`,
        {
          hint: 'Register it with `secl topics create`, or set broker.registry.register to true.',
        },
      );
    ids[name] = id;
  }
  const writers = createWriterSchemas({ registry, clock: SYSTEM_CLOCK });
  return { codecs: openRecordCodecs(undefined, { writers, ids }), writers };
}
