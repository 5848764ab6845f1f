import { describeBroker, openBroker } from './open-broker.ts';
import { cleanupFaults } from './cleanup-faults.ts';
import { topicFaults, type TopicFault } from './check-topics.ts';
import { workerTopology, type BrokerChoice } from './worker-topology.ts';

/** What was found at the other end. */
export interface Connection {
  /** Name of the pipeline. */
  readonly name: string;
  /** Where its topics are. */
  readonly place: string;
  /** What is missing or wrong; empty: a worker can start. */
  readonly faults: readonly TopicFault[];
}

/**
 * Connects to a topology's broker and compares its topics with what the topology needs. Creates nothing.
 *
 * @throws SeclError of topology and broker, e.g. where nobody answers or the password is wrong.
 */
export async function checkConnection(choice: BrokerChoice): Promise<Connection> {
  const topology = await workerTopology(choice);
  const broker = await openBroker(topology.broker);
  try {
    return {
      name: topology.name,
      place: describeBroker(topology.broker),
      faults: [
        ...(await topicFaults(broker, topology)),
        ...(await cleanupFaults(broker, topology)),
      ],
    };
  } finally {
    await broker.close();
  }
}
