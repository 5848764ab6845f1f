import { SeclError } from '../../errors/secl-error.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Topology } from '../../topology/topology.ts';
import { topicSpecs } from './topic-specs.ts';

/** What is wrong with a topic, one sentence each. */
export interface TopicFault {
  readonly topic: string;
  readonly fault: string;
  /** What to do. */
  readonly remedy: string;
}

/**
 * Compares the topics that are there with those of a topology; empty: a worker can start.
 *
 * @param existing - Partition count by topic.
 */
export function topicFaults(
  existing: ReadonlyMap<string, number>,
  topology: Pick<Topology, 'topics' | 'broker' | 'training'>,
): readonly TopicFault[] {
  const specs = topicSpecs(topology);
  const { topics } = topology;
  const missing = specs
    .filter(({ name }) => !existing.has(name))
    .map(({ name }) => ({
      topic: name,
      fault: 'is missing',
      remedy: '`secl topics create` creates it',
    }));
  const wanted = existing.get(topics.questions);
  const faults: TopicFault[] = [];
  for (const { name } of specs) {
    const partitions = existing.get(name);
    if (partitions === undefined) continue;
    const single = [
      ...[topics.adapters, topics.adapterDecisions, topics.trainingBatches, topics.alerts],
    ].includes(name);
    if (single && partitions !== 1)
      faults.push({
        topic: name,
        fault: `has ${partitions} partitions; it must have 1`,
        remedy: TOO_MANY,
      });
    else if (!single && wanted !== undefined)
      if (name === topics.deadLetters ? partitions < wanted : partitions !== wanted)
        faults.push({
          topic: name,
          fault: `has ${partitions} partitions, ${topics.questions} has ${wanted}`,
          remedy: partitions > wanted ? TOO_MANY : tooFew(topology.broker, name, wanted),
        });
  }
  if (topology.training.mode === 'barrier' && (wanted ?? 1) > 1)
    faults.push({
      topic: topics.questions,
      fault: `has ${wanted ?? 1} partitions; it must have 1 where training.mode is barrier`,
      remedy: 'set training.mode to async or off, or begin with topics of other names',
    });
  return [...missing, ...faults];
}

/**
 * Where the questions have another number of partitions than the topology asks for: a worker takes what is there.
 *
 * @param existing - Partition count by topic.
 */
export function partitionNotes(
  existing: ReadonlyMap<string, number>,
  { topics, broker: asked }: Pick<Topology, 'topics' | 'broker'>,
): readonly TopicFault[] {
  const there = existing.get(topics.questions);
  if (there === undefined || there === asked.partitions) return [];
  return [
    {
      topic: topics.questions,
      fault: `has ${there} partition${there === 1 ? '' : 's'}; broker.partitions asks for ${asked.partitions}`,
      remedy: `workers take those that are there, so set broker.partitions to ${there}${
        there < asked.partitions
          ? ', or begin with topics of other names: more would move keys'
          : ''
      }`,
    },
  ];
}

const TOO_MANY =
  'partitions cannot be taken away: once everything on it is read, delete it, and `secl topics create` makes it anew';

function tooFew({ kind }: Topology['broker'], name: string, wanted: number): string {
  return kind === 'kafka'
    ? `add some with Kafka’s kafka-topics.sh --alter --topic ${name} --partitions ${wanted}`
    : 'topics of a log keep theirs: begin with another folder';
}

/**
 * Makes sure that a worker can start, and says how many partitions the questions have.
 *
 * @throws SeclError `TOPIC_UNKNOWN` that names every fault.
 */
export async function checkTopics(
  broker: Pick<Broker, 'topics'>,
  topology: Pick<Topology, 'topics' | 'broker' | 'training'>,
): Promise<number> {
  const existing = await broker.topics();
  const faults = topicFaults(existing, topology);
  if (faults.length > 0)
    throw new SeclError(
      'TOPIC_UNKNOWN',
      `the topics are not as the topology has them: ${faults.map(({ topic, fault }) => `${topic} ${fault}`).join('; ')}`,
      {
        hint: 'Create what is missing with `secl topics create`; a wrong number of partitions must be put right by hand. Behind an authorizer, a topic that the user may not describe looks missing too.',
      },
    );
  return existing.get(topology.topics.questions) ?? 1;
}
