import { existsSync } from 'node:fs';
import path from 'node:path';
import { subjectFaults, type SubjectFault } from './check-subjects.ts';
import { describeBroker, openBroker } from './open-broker.ts';
import { openRegistry } from './open-registry.ts';
import { partitionNotes, topicFaults, type TopicFault } from './check-topics.ts';
import { setupFaults } from './setup-faults.ts';
import { workerTopology, type BrokerChoice } from './worker-topology.ts';

/** What was found at the other end. */
export interface Connection {
  /** Name of the pipeline. */
  readonly name: string;
  /** Where its topics are. */
  readonly place: string;
  /** What is missing or wrong; empty: a worker can start, and everything is as it asks. */
  readonly faults: readonly (TopicFault | SubjectFault)[];
  /** What differs from the topology and does no harm. */
  readonly notes: readonly TopicFault[];
}

/**
 * Connects to a topology's broker and schema registry, and compares topics and subjects with what the topology needs.
 * Creates nothing; where there is no embedded log yet, every topic is missing.
 *
 * @throws SeclError of topology, broker and registry, e.g. where nobody answers or the password is wrong.
 */
export async function checkConnection(choice: BrokerChoice): Promise<Connection> {
  const topology = await workerTopology(choice);
  const { kind, folder } = topology.broker;
  if (kind === 'embedded' && !existsSync(path.join(folder, 'log')))
    return {
      name: topology.name,
      place: describeBroker(topology.broker),
      faults: topicFaults(new Map(), topology),
      notes: [],
    };
  const registry = await openRegistry(topology.broker);
  const broker = await openBroker(topology.broker);
  try {
    const existing = await broker.topics();
    return {
      name: topology.name,
      place: [describeBroker(topology.broker), registry?.place]
        .filter((place) => place !== undefined)
        .join(' with '),
      faults: [
        ...topicFaults(existing, topology),
        ...(await setupFaults(broker, existing, topology)),
        ...(registry === undefined ? [] : await subjectFaults(registry, topology)),
      ],
      notes: partitionNotes(existing, topology),
    };
  } finally {
    await broker.close();
  }
}
