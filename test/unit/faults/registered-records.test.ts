import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createMemoryBroker } from '../../../src/adapters/memory/memory-broker.ts';
import { SYSTEM_CLOCK } from '../../../src/app/system-clock.ts';
import { faultTopology } from '../../faults/fault-config.ts';
import { registeredRecords } from '../../faults/registered-records.ts';
import { startLocalRegistry } from '../../support/local-registry.ts';
import { codecs as plain } from '../../support/loop-run.ts';
import { question } from '../../support/secl-fixture.ts';
import { readTopic } from '../../support/worker-run.ts';

it('has each process of a fault round ask the registry for what another one wrote', async (t) => {
  const server = await startLocalRegistry();
  t.after(() => server.stop());
  const topology = faultTopology('off');
  const asked = question({ id: 'q1' });
  const broker = createMemoryBroker({ clock: SYSTEM_CLOCK });
  await broker.ensureTopics([{ name: 'q', partitions: 1 }]);
  const writer = await registeredRecords(server.url, topology);
  const value = writer.codecs.question.encode(asked);
  await broker.append([{ topic: 'q', partition: 0, key: null, value }]);
  assert.equal(plain.question.decode(value).ok, false);
  const reader = await registeredRecords(server.url, topology);
  server.asked.length = 0;
  assert.deepEqual(await readTopic(reader.readable(broker), 'q', reader.codecs.question), [asked]);
  assert.ok(server.asked.every((request) => request.startsWith('GET /schemas/ids/')));
  assert.equal(server.asked.length, 1);
});
