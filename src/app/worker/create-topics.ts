import { createSubjects, type CreatedSubject } from './check-subjects.ts';
import { openBroker } from './open-broker.ts';
import { openRegistry } from './open-registry.ts';
import { topicSpecs } from './topic-specs.ts';
import { workerTopology, type BrokerChoice } from './worker-topology.ts';

/** A topic after it was created, or found. */
export interface CreatedTopic {
  readonly name: string;
  readonly partitions: number;
  /** `compact`: the newest record of each key is kept; `keep`: all are, until retention says otherwise. */
  readonly cleanup: 'compact' | 'keep';
  readonly created: boolean;
}

/** What there is afterwards. */
export interface CreatedTopics {
  readonly topics: readonly CreatedTopic[];
  /** Of the schema registry; none where there is none. */
  readonly subjects: readonly CreatedSubject[];
}

/**
 * Creates every topic of a topology that is not there yet; one that is keeps its partitions. Then registers the schemas
 * that its registry lacks.
 *
 * @param partitions - Of questions and what goes with them; absent: the topology's.
 * @throws SeclError of topology, broker and registry.
 */
export async function createTopics({
  partitions,
  ...choice
}: BrokerChoice & { readonly partitions?: number | undefined }): Promise<CreatedTopics> {
  const topology = await workerTopology(choice);
  const registry = await openRegistry(topology.broker);
  const broker = await openBroker(topology.broker);
  try {
    const before = await broker.topics();
    const specs = topicSpecs({
      topics: topology.topics,
      broker: { ...topology.broker, partitions: partitions ?? topology.broker.partitions },
    });
    await broker.ensureTopics(specs);
    const after = await broker.topics();
    return {
      topics: specs.map(({ name, partitions: wanted = 1, compacted = false }) => ({
        name,
        partitions: after.get(name) ?? wanted,
        cleanup: compacted ? 'compact' : 'keep',
        created: !before.has(name),
      })),
      subjects: registry === undefined ? [] : await createSubjects(registry, topology),
    };
  } finally {
    await broker.close();
  }
}
