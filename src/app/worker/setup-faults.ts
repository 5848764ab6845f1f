import { stateTopic } from '../../adapters/kafka/group-state.ts';
import type { Broker, TopicSetup, TopicSpec } from '../../ports/broker.ts';
import type { Topology } from '../../topology/topology.ts';
import type { TopicFault } from './check-topics.ts';
import { groupsOf } from './groups-of.ts';
import { topicSpecs } from './topic-specs.ts';

type Found = Omit<TopicFault, 'topic'>;

const SETS_RIGHT = '`secl topics create` sets it right';
const DAY_MS = 24 * 3_600_000;

/**
 * Topics of a topology that let go what is still needed, or are not kept as it asks: compaction, how long alerts are
 * kept, and on Kafka copies, those of the groups' states too. Only topics that are there are looked at; how long one
 * keeps its records that is neither compacted nor of alerts is its owner's choice.
 *
 * @param existing - Partition count by topic.
 */
export async function setupFaults(
  broker: Pick<Broker, 'setup'>,
  existing: ReadonlyMap<string, number>,
  topology: Pick<Topology, 'topics' | 'broker'>,
): Promise<readonly TopicFault[]> {
  const faults: TopicFault[] = [];
  const look = async (
    topic: string,
    faultsOf: (setup: TopicSetup) => readonly (Found | null)[],
  ): Promise<void> => {
    if (!existing.has(topic)) return;
    for (const found of faultsOf(await broker.setup(topic)))
      if (found !== null) faults.push({ topic, ...found });
  };
  const copies = (setup: TopicSetup): Found | null =>
    copiesFault(topology.broker.replicationFactor, setup);
  for (const spec of topicSpecs(topology))
    await look(spec.name, (setup) => [
      cleanupFault(spec, setup),
      retentionFault(spec, setup),
      copies(setup),
    ]);
  // How these are cleaned up, whoever joins the group puts right.
  for (const topic of stateTopics(topology)) await look(topic, (setup) => [copies(setup)]);
  return faults;
}

function cleanupFault(
  { compacted: wanted = false }: TopicSpec,
  { compacted, retentionMs, retentionBytes }: TopicSetup,
): Found | null {
  const remedy = SETS_RIGHT;
  if (wanted && !compacted) return { fault: 'is not compacted; it must be', remedy };
  if (!wanted && compacted)
    return { fault: 'is compacted: of records with one key all but the newest are lost', remedy };
  if (!wanted || (retentionMs === null && retentionBytes === null)) return null;
  const fault =
    'is compacted, but deletes by age or size too: adapters that are still needed would go';
  return { fault, remedy };
}

function retentionFault(
  { compacted = false, retentionMs: asked }: TopicSpec,
  { retentionMs: kept }: TopicSetup,
): Found | null {
  if (compacted || asked === undefined || kept === asked) return null;
  const spoken = (ms: number | null): string =>
    ms === null ? 'for ever' : `for ${Number((ms / DAY_MS).toPrecision(3))} days`;
  return {
    fault: `keeps records ${spoken(kept)}; it must keep them ${spoken(asked)}`,
    remedy: SETS_RIGHT,
  };
}

function copiesFault(asked: number | null, { copies }: TopicSetup): Found | null {
  if (asked === null || copies === null || copies === asked) return null;
  return {
    fault: `has ${copies} ${copies === 1 ? 'copy' : 'copies'} of each partition; broker.replicationFactor asks for ${asked}`,
    remedy:
      copies < asked
        ? 'topics keep theirs: add copies with Kafka’s kafka-reassign-partitions.sh'
        : `topics keep theirs: set broker.replicationFactor to ${copies}, or take copies away with Kafka’s kafka-reassign-partitions.sh`,
  };
}

/** Topics on Kafka that hold the states of a pipeline's groups; whoever joins makes them. */
function stateTopics({ topics, broker }: Pick<Topology, 'topics' | 'broker'>): readonly string[] {
  if (broker.kind !== 'kafka') return [];
  const { answering, calibrating, training, alerting } = groupsOf({ broker });
  return [
    stateTopic(answering, topics.questions),
    stateTopic(calibrating, topics.answers),
    stateTopic(training, topics.trainingBatches),
    stateTopic(alerting, topics.alerts),
  ];
}
