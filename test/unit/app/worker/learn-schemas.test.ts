import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { firstValueFrom } from 'rxjs';
import { createMemoryBroker } from '../../../../src/adapters/memory/memory-broker.ts';
import { SYSTEM_CLOCK } from '../../../../src/app/system-clock.ts';
import { learnSchemas } from '../../../../src/app/worker/learn-schemas.ts';
import { SeclError } from '../../../../src/errors/secl-error.ts';
import { expectFailure } from '../../../support/expect-failure.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** A broker with one topic of these values, and what is learnt before they are given. */
async function brokerOf(
  values: readonly Uint8Array[],
  learn: (values: readonly (Uint8Array | null)[]) => Promise<void> | undefined,
) {
  const inner = createMemoryBroker({ clock: SYSTEM_CLOCK });
  await inner.ensureTopics([{ name: 't' }]);
  await inner.append(values.map((value) => ({ topic: 't', key: null, value })));
  return learnSchemas(inner, { learn });
}

describe('learnSchemas', () => {
  it('gives records of a poll once all of them are learnt', async () => {
    let learnt: readonly (Uint8Array | null)[] = [];
    const broker = await brokerOf([bytes(1), bytes(2)], async (values) => {
      await Promise.resolve();
      learnt = values;
    });
    const group = await broker.join('g', ['t']);
    const lease = await firstValueFrom(group.leases$);
    const records = await lease.poll({ maxRecords: 2, waitMs: 0 });
    assert.deepEqual(
      records.map(({ value }) => value),
      learnt,
    );
    await lease.commit({ nextOffset: 2n, records: [], state: new Map() });
    assert.equal(await broker.committedOffset('g', 't', 0), 2n);
    await broker.close();
  });

  it('keeps polls in the order of their calls, however long one is looked up', async () => {
    const order: number[] = [];
    const broker = await brokerOf([bytes(1), bytes(2)], ([value]) =>
      value?.[0] === 1 ? new Promise((resolve) => setTimeout(resolve, 30)) : undefined,
    );
    const lease = await firstValueFrom((await broker.join('g', ['t'])).leases$);
    const poll = async (): Promise<void> => {
      const [record] = await lease.poll({ maxRecords: 1, waitMs: 0 });
      order.push(record?.value?.[0] ?? 0);
    };
    await Promise.all([poll(), poll()]);
    assert.deepEqual(order, [1, 2]);
    await broker.close();
  });

  it('fails where nothing can be learnt, and gives the record to whoever reads again', async () => {
    let away = true;
    const broker = await brokerOf([bytes(1), bytes(2)], (values) =>
      away && values.some((value) => value?.[0] === 2)
        ? Promise.reject(new SeclError('REGISTRY_FAILED', 'away', { retryable: true }))
        : undefined,
    );
    const seen: number[] = [];
    const readAll = async (): Promise<void> => {
      for await (const { value } of broker.read('t', 0, BigInt(seen.length)))
        seen.push(value?.[0] ?? 0);
    };
    await expectFailure(readAll(), 'REGISTRY_FAILED');
    assert.deepEqual(seen, [1]);
    const group = await broker.join('g', ['t']);
    const lease = await firstValueFrom(group.leases$);
    await expectFailure(lease.poll({ maxRecords: 2, waitMs: 0 }), 'REGISTRY_FAILED');
    await group.leave();
    away = false;
    await readAll();
    assert.deepEqual(seen, [1, 2]);
    const again = await firstValueFrom((await broker.join('g', ['t'])).leases$);
    assert.equal((await again.poll({ maxRecords: 2, waitMs: 0 })).length, 2);
    await broker.close();
  });
});
