import { openRecordCodecs } from '../../adapters/avro/record-codecs.ts';
import { readRegistered } from '../../adapters/avro/registered-schema.ts';
import type { SchemaRegistry } from '../../ports/schema-registry.ts';
import type { Topology } from '../../topology/topology.ts';
import { RECORD_NAMES, subjectOf, WORKER_WRITES } from './record-subjects.ts';

/** What is wrong with a subject of the registry, one sentence each. */
export interface SubjectFault {
  readonly subject: string;
  readonly fault: string;
  /** What to do. */
  readonly remedy: string;
}

/** A subject after its schema was registered, or found. */
export interface CreatedSubject {
  readonly subject: string;
  readonly id: number;
  readonly created: boolean;
}

const REGISTERS = '`secl topics create` registers it';
const OTHERS =
  'see who registered it; a pipeline of its own needs topics, or broker.registry.subjects, of its own';

/**
 * Compares the subjects of a registry with the schemas of a topology's records; empty: a worker can read and write.
 * What workers register themselves is not missing. Registers nothing.
 *
 * @throws SeclError `REGISTRY_FAILED`.
 */
export async function subjectFaults(
  registry: SchemaRegistry,
  topology: Pick<Topology, 'topics' | 'broker'>,
): Promise<readonly SubjectFault[]> {
  const codecs = openRecordCodecs();
  const { register } = topology.broker.registry;
  const faults: SubjectFault[] = [];
  for (const name of RECORD_NAMES) {
    const subject = subjectOf(name, topology, codecs);
    const { schemaText, objectionTo } = codecs[name];
    const tell = (fault: string, remedy: string): void =>
      void faults.push({ subject, fault, remedy });
    const newest = await registry.newest(subject);
    if (newest === undefined) {
      if (!register) tell('is missing', REGISTERS);
      continue;
    }
    if ((await registry.idOf(subject, schemaText)) === undefined) {
      const [objection] = await registry.objections(subject, schemaText);
      if (objection !== undefined) tell(`refuses the schema of this version: ${objection}`, OTHERS);
      else if (!register && WORKER_WRITES.some((written) => written === name))
        tell('lacks the schema of this version', REGISTERS);
    }
    const read = readRegistered(newest);
    const unreadable = read.ok ? objectionTo(read.schema) : read.reason;
    if (unreadable !== undefined)
      tell(`has the version ${newest.version}, which ${unreadable}`, OTHERS);
  }
  return faults;
}

/**
 * Registers the schemas of all records that are not there yet.
 *
 * @throws SeclError `REGISTRY_FAILED`, also where a subject refuses a schema.
 */
export async function createSubjects(
  registry: SchemaRegistry,
  topology: Pick<Topology, 'topics' | 'broker'>,
): Promise<readonly CreatedSubject[]> {
  const codecs = openRecordCodecs();
  const subjects: CreatedSubject[] = [];
  for (const name of RECORD_NAMES) {
    const subject = subjectOf(name, topology, codecs);
    const { schemaText } = codecs[name];
    const found = await registry.idOf(subject, schemaText);
    const id = found ?? (await registry.register(subject, schemaText));
    subjects.push({ subject, id, created: found === undefined });
  }
  return subjects;
}
