import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryBroker } from '../../../../src/adapters/memory/memory-broker.ts';
import { ensureOwnTopics } from '../../../../src/app/worker/ensure-own-topics.ts';
import { readTopology } from '../../../../src/topology/parse-topology.ts';
import { manualClock } from '../../../support/manual-clock.ts';

test('makes the topics of a log of one’s own, and none on Kafka', async () => {
  const broker = createMemoryBroker({ clock: manualClock() });
  const made = async (kind: string): Promise<number> => {
    const text = `version: 1\nname: qa\nbroker: { kind: ${kind} }\n`;
    await ensureOwnTopics(broker, readTopology(text, 't.yaml'));
    return (await broker.topics()).size;
  };
  assert.equal(await made('kafka'), 0);
  // Every topic of the topology.
  assert.equal(await made('embedded'), 9);
  await broker.close();
});
