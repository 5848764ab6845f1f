import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  checkTopics,
  partitionNotes,
  topicFaults,
} from '../../../../src/app/worker/check-topics.ts';
import { topicSpecs } from '../../../../src/app/worker/topic-specs.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { ASYNC, topology as BARRIER } from '../../../support/loop-run.ts';
import { workerTopology } from '../../../support/worker-run.ts';

const topology = workerTopology(3);
const asCreated = (): Map<string, number> =>
  new Map(topicSpecs(topology).map(({ name, partitions = 1 }) => [name, partitions]));
const brokerOf = (topics: ReadonlyMap<string, number>): Parameters<typeof checkTopics>[0] => ({
  topics: () => Promise.resolve(topics),
});
const faultsOf = (change: (topics: Map<string, number>) => void): string[] => {
  const topics = asCreated();
  change(topics);
  return topicFaults(topics, topology).map(({ topic, fault }) => `${topic} ${fault}`);
};

describe('topicFaults', () => {
  it('finds none where the topics are as they are created', () => {
    assert.deepEqual(
      faultsOf(() => undefined),
      [],
    );
  });

  it('names what is missing, and what has the wrong number of partitions', () => {
    assert.deepEqual(
      faultsOf((topics) => topics.delete('qa.feedback')),
      ['qa.feedback is missing'],
    );
    assert.deepEqual(
      faultsOf((topics) => topics.set('qa.answers', 2)),
      ['qa.answers has 2 partitions, qa.questions has 3'],
    );
    assert.deepEqual(
      faultsOf((topics) => topics.set('qa.adapters', 3)),
      ['qa.adapters has 3 partitions; it must have 1'],
    );
    // More dead letters than questions do no harm.
    assert.deepEqual(
      faultsOf((topics) => topics.set('qa.dead-letters', 6)),
      [],
    );
    assert.deepEqual(
      faultsOf((topics) => topics.set('qa.dead-letters', 2)),
      ['qa.dead-letters has 2 partitions, qa.questions has 3'],
    );
  });

  it('wants one partition where batches wait for adapters', () => {
    const faults = topicFaults(asCreated(), {
      ...BARRIER,
      broker: topology.broker,
    });
    assert.match(
      faults.map(({ fault }) => fault).join(),
      /must have 1 where training\.mode is barrier/,
    );
  });
});

describe('partitionNotes', () => {
  it('says where the questions have another number of partitions, and what to do', () => {
    const notes = (asked: number): string[] =>
      partitionNotes(asCreated(), {
        ...topology,
        broker: { ...topology.broker, partitions: asked },
      }).map(({ topic, fault, remedy }) => `${topic} ${fault}: ${remedy}`);
    assert.deepEqual(notes(3), []);
    assert.deepEqual(notes(1), [
      'qa.questions has 3 partitions; broker.partitions asks for 1: workers take those that are there, so set broker.partitions to 3',
    ]);
    assert.match(notes(5).join(), /asks for 5: .* or begin with topics of other names/);
  });
});

describe('checkTopics', () => {
  it('says how many partitions there are, whatever the topology says', async () => {
    const one = { ...ASYNC, broker: { ...ASYNC.broker, partitions: 1 } };
    assert.equal(await checkTopics(brokerOf(asCreated()), one), 3);
  });

  it('fails with all that is wrong', async () => {
    const { message, hint } = await expectFailure(
      checkTopics(brokerOf(new Map()), topology),
      'TOPIC_UNKNOWN',
    );
    for (const { name } of topicSpecs(topology)) assert.ok(message.includes(`${name} is missing`));
    assert.match(hint ?? '', /secl topics create/);
  });
});
