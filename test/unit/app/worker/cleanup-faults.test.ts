import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanupFaults } from '../../../../src/app/worker/cleanup-faults.ts';
import { topicSpecs } from '../../../../src/app/worker/topic-specs.ts';
import type { TopicSpec } from '../../../../src/ports/broker.ts';
import { workerDisk, workerTopology } from '../../../support/worker-run.ts';

const topology = workerTopology(2);
const { topics } = topology;

/** Faults where the topics were created, and then changed. */
async function faultsOf(...changes: readonly TopicSpec[]): Promise<string[]> {
  const { broker } = await workerDisk(topology);
  await broker.ensureTopics(changes);
  const faults = await cleanupFaults(broker, topology);
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
