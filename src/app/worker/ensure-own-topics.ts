import type { Broker } from '../../ports/broker.ts';
import type { Topology } from '../../topology/topology.ts';
import { topicSpecs } from './topic-specs.ts';

/** Creates what is missing where the topics are in a log of one's own: that needs no administrator. */
export async function ensureOwnTopics(
  broker: Pick<Broker, 'ensureTopics'>,
  topology: Topology,
): Promise<void> {
  if (topology.broker.kind === 'embedded') await broker.ensureTopics(topicSpecs(topology));
}
