import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stateTopic } from '../../../../src/adapters/kafka/group-state.ts';
import { setupFaults } from '../../../../src/app/worker/setup-faults.ts';
import { topicSpecs } from '../../../../src/app/worker/topic-specs.ts';
import type { TopicSetup, TopicSpec } from '../../../../src/ports/broker.ts';
import { workerDisk, workerTopology } from '../../../support/worker-run.ts';

const topology = workerTopology(2);
const { topics } = topology;

/** Faults where the topics were created, and then changed. */
async function faultsOf(...changes: readonly TopicSpec[]): Promise<string[]> {
  const { broker } = await workerDisk(topology);
  await broker.ensureTopics(changes);
  const faults = await setupFaults(broker, await broker.topics(), topology);
  await broker.close();
  return faults.map(({ topic, fault }) => `${topic} ${fault}`);
}

test('finds nothing wrong with topics as they are created, nor with those that forget in time', async () => {
  assert.deepEqual(await faultsOf(...topicSpecs(topology)), []);
  assert.deepEqual(await faultsOf({ name: topics.answers, retentionMs: 60_000 }), []);
});

test('names topics that let go what is still needed', async () => {
  assert.deepEqual(await faultsOf({ name: topics.adapters }), [
    'qa.adapters is not compacted; it must be',
  ]);
  for (const limit of [{ retentionMs: 1 }, { retentionBytes: 1 }])
    assert.deepEqual(await faultsOf({ name: topics.adapters, compacted: true, ...limit }), [
      'qa.adapters is compacted, but deletes by age or size too: adapters that are still needed would go',
    ]);
  assert.deepEqual(await faultsOf({ name: topics.questions, compacted: true }), [
    'qa.questions is compacted: of records with one key all but the newest are lost',
  ]);
});

test('names alerts that are kept for another time than is asked for', async () => {
  assert.deepEqual(await faultsOf({ name: topics.alerts }), [
    'qa.alerts keeps records for ever; it must keep them for 30 days',
  ]);
  assert.deepEqual(await faultsOf({ name: topics.alerts, retentionMs: 36 * 3_600_000 }), [
    'qa.alerts keeps records for 1.5 days; it must keep them for 30 days',
  ]);
});

test('compares copies with what is asked for, those of the states too, and says what to do', async () => {
  const state = stateTopic(`${topology.broker.group}-answering`, topics.questions);
  const copies = new Map([
    ...topicSpecs(topology).map(({ name }) => [name, 3] as const),
    [topics.answers, 1] as const,
    [topics.adapters, 4] as const,
    [state, 2] as const,
  ]);
  const specs = new Map(topicSpecs(topology).map((spec) => [spec.name, spec]));
  const existing = new Map([...copies.keys()].map((name) => [name, 1]));
  const broker = {
    setup: (name: string): Promise<TopicSetup> => {
      const { compacted = false, retentionMs = null } = specs.get(name) ?? { compacted: true };
      return Promise.resolve({
        ...{ compacted, retentionMs, retentionBytes: null, copies: copies.get(name) ?? null },
      });
    },
  };
  const asking = (replicationFactor: number | null) =>
    setupFaults(broker, existing, {
      topics,
      broker: { ...topology.broker, kind: 'kafka', replicationFactor },
    });
  assert.deepEqual(await asking(null), []);
  const found = await asking(3);
  assert.deepEqual(
    found.map(({ topic, fault }) => `${topic} ${fault}`),
    [
      'qa.answers has 1 copy of each partition; broker.replicationFactor asks for 3',
      'qa.adapters has 4 copies of each partition; broker.replicationFactor asks for 3',
      `${state} has 2 copies of each partition; broker.replicationFactor asks for 3`,
    ],
  );
  assert.match(found[0]?.remedy ?? '', /kafka-reassign-partitions/);
  assert.match(found[1]?.remedy ?? '', /set broker\.replicationFactor to 4/);
});
