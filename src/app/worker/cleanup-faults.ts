import type { Broker, TopicCleanup, TopicSpec } from '../../ports/broker.ts';
import type { Topology } from '../../topology/topology.ts';
import type { TopicFault } from './check-topics.ts';
import { topicSpecs } from './topic-specs.ts';

/** What would be lost, or `null`. */
function faultOf(
  { compacted: wanted = false }: TopicSpec,
  { compacted, retentionMs, retentionBytes }: TopicCleanup,
): string | null {
  if (wanted && !compacted) return 'is not compacted; it must be';
  if (!wanted && compacted)
    return 'is compacted: of records with one key all but the newest are lost';
  const limited = retentionMs !== null || retentionBytes !== null;
  return wanted && limited
    ? 'is compacted, but deletes by age or size too: adapters that are still needed would go'
    : null;
}

/**
 * Topics of a topology that let go what is still needed. Only those that are there are looked at; how long a topic
 * that is not compacted keeps its records is its owner's choice.
 */
export async function cleanupFaults(
  broker: Pick<Broker, 'topics' | 'cleanup'>,
  topology: Pick<Topology, 'topics' | 'broker'>,
): Promise<readonly TopicFault[]> {
  const existing = await broker.topics();
  const faults: TopicFault[] = [];
  for (const spec of topicSpecs(topology)) {
    if (!existing.has(spec.name)) continue;
    const fault = faultOf(spec, await broker.cleanup(spec.name));
    if (fault !== null) faults.push({ topic: spec.name, fault });
  }
  return faults;
}
