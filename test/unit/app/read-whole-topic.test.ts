import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryBroker } from '../../../src/adapters/memory/memory-broker.ts';
import { readWholeTopic } from '../../../src/app/read-whole-topic.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { manualClock } from '../../support/manual-clock.ts';

async function textsOf(records: AsyncIterable<{ readonly value: Uint8Array | null }>) {
  const texts: (string | null)[] = [];
  for await (const { value } of records)
    texts.push(value === null ? null : new TextDecoder().decode(value));
  return texts;
}

test('reads every partition in turn, from the first record kept', async () => {
  const broker = createMemoryBroker({ clock: manualClock() });
  assert.deepEqual(await textsOf(readWholeTopic(broker, 'none')), []);
  await broker.ensureTopics([{ name: 't', partitions: 3 }]);
  assert.deepEqual(await textsOf(readWholeTopic(broker, 't')), []);
  const record = (partition: number, text: string | null) => ({
    topic: 't',
    partition,
    key: new TextEncoder().encode('k'),
    value: text === null ? null : new TextEncoder().encode(text),
  });
  await broker.append([record(2, 'd'), record(0, 'a'), record(0, 'b'), record(2, null)]);
  assert.deepEqual(await textsOf(readWholeTopic(broker, 't')), ['a', 'b', 'd', null]);
  await expectFailure(textsOf(readWholeTopic(broker, 't', AbortSignal.abort())), 'CANCELLED');
  await broker.close();
});
