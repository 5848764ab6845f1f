import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { openRecordCodecs } from '../../../src/adapters/avro/record-codecs.ts';
import { createMemoryAdapterStore } from '../../../src/adapters/memory/memory-adapter-store.ts';
import { createMemoryBroker } from '../../../src/adapters/memory/memory-broker.ts';
import { readAdapterLog } from '../../../src/app/adapter-log.ts';
import { adapterDecision, adapterRecord } from '../../support/adapter-run.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { manualClock } from '../../support/manual-clock.ts';

const codecs = openRecordCodecs();
const topics = { adapters: 'a', adapterDecisions: 'd', trainingBatches: 't' };

describe('readAdapterLog', () => {
  it('reads what was added, in order, and passes over the head', async () => {
    const broker = createMemoryBroker({ clock: manualClock() });
    const read = () => readAdapterLog(broker, topics, codecs, createMemoryAdapterStore());
    const log = await read();
    assert.deepEqual([log.records, log.decisions], [[], []]);
    const records = [1, 2].map((version) => adapterRecord({ version }));
    for (const record of records) await log.addRecord(record);
    await log.addDecision(adapterDecision());
    const key = new TextEncoder().encode('qa/head');
    await broker.append([{ topic: 'a', key, value: codecs.adapter.encode(adapterRecord()) }]);
    // Compaction, which the topic asks for, loses no version.
    await broker.clean();
    const again = await read();
    assert.deepEqual(again.records, records);
    assert.deepEqual(again.decisions, [adapterDecision()]);
    assert.deepEqual([...(await broker.topics()).keys()].sort(), ['a', 'd']);
  });

  it('finds bytes that are too large for a record in the store, and checks both', async () => {
    const store = createMemoryAdapterStore();
    const log = await readAdapterLog(
      createMemoryBroker({ clock: manualClock() }),
      topics,
      codecs,
      store,
    );
    const bytes = new Uint8Array(600_000).fill(7);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const record = adapterRecord({ sha256, weights: null });
    await expectFailure(log.bytesOf(record), 'ADAPTER_REFUSED');
    await store.put(bytes);
    assert.deepEqual(await log.bytesOf(record), bytes);
    await expectFailure(log.bytesOf({ ...record, weights: bytes.slice(1) }), 'ADAPTER_REFUSED');
  });

  it('refuses records of another version', async () => {
    const broker = createMemoryBroker({ clock: manualClock() });
    await broker.ensureTopics([{ name: 'a' }]);
    await broker.append([{ topic: 'a', key: null, value: Uint8Array.of(1, 2, 3) }]);
    await expectFailure(
      readAdapterLog(broker, topics, codecs, createMemoryAdapterStore()),
      'RECORD_INVALID',
    );
  });
});
