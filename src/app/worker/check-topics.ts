import { SeclError } from '../../errors/secl-error.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Topology } from '../../topology/topology.ts';
import { topicSpecs } from './topic-specs.ts';

/** What is wrong with a topic, one sentence each. */
export interface TopicFault {
  readonly topic: string;
  readonly fault: string;
}

/** Compares the topics that are there with those of a topology; empty: a worker can start. */
export async function topicFaults(
  broker: Pick<Broker, 'topics'>,
  topology: Pick<Topology, 'topics' | 'broker' | 'training'>,
): Promise<readonly TopicFault[]> {
  const existing = await broker.topics();
  const specs = topicSpecs(topology);
  const { topics } = topology;
  const missing = specs
    .filter(({ name }) => !existing.has(name))
    .map(({ name }) => ({ topic: name, fault: 'is missing' }));
  const wanted = existing.get(topics.questions);
  const faults: TopicFault[] = [];
  for (const { name } of specs) {
    const partitions = existing.get(name);
    if (partitions === undefined) continue;
    const single = [
      ...[topics.adapters, topics.adapterDecisions, topics.trainingBatches, topics.alerts],
    ].includes(name);
    if (single && partitions !== 1)
      faults.push({ topic: name, fault: `has ${partitions} partitions; it must have 1` });
    else if (!single && wanted !== undefined)
      if (name === topics.deadLetters ? partitions < wanted : partitions !== wanted)
        faults.push({
          topic: name,
          fault: `has ${partitions} partitions, ${topics.questions} has ${wanted}`,
        });
  }
  if (topology.training.mode === 'barrier' && (wanted ?? 1) > 1)
    faults.push({
      topic: topics.questions,
      fault: `has ${wanted ?? 1} partitions; it must have 1 where training.mode is barrier`,
    });
  return [...missing, ...faults];
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
  const faults = await topicFaults(broker, topology);
  if (faults.length > 0)
    throw new SeclError(
      'TOPIC_UNKNOWN',
      `the topics are not as the topology has them: ${faults.map(({ topic, fault }) => `${topic} ${fault}`).join('; ')}`,
      {
        hint: 'Create what is missing with `secl topics create`; a wrong number of partitions must be put right by hand. Behind an authorizer, a topic that the user may not describe looks missing too.',
      },
    );
  return (await broker.topics()).get(topology.topics.questions) ?? 1;
}
