import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { firstValueFrom } from 'rxjs';
import type { Broker } from '../../../src/ports/broker.ts';
import { bytes, hasCode, readTexts, record } from './broker-scene.ts';

/**
 * A former owner that hears nothing of its revocation (every abort is swallowed) must be fenced by its epoch
 * alone, the second line of defence. For brokers of our own, whose leases are revoked by an AbortController.
 */
export async function fenceDeafOwner(broker: Broker): Promise<void> {
  await broker.ensureTopics([{ name: 'deaf' }, { name: 'out' }]);
  const former = await broker.join('deaf-group', ['deaf']);
  const lease = await firstValueFrom(former.leases$);
  const abort = mock.method(AbortController.prototype, 'abort', () => undefined);
  await former.leave();
  const next = await broker.join('deaf-group', ['deaf']);
  const nextLease = await firstValueFrom(next.leases$);
  abort.mock.restore();
  assert.equal(lease.revoked.aborted, false, 'the former owner knows nothing');
  const commit = {
    nextOffset: 5n,
    records: [record('out', 'zombie')],
    state: new Map([['zombie', bytes('!')]]),
  };
  await assert.rejects(lease.commit(commit), hasCode('FENCED'));
  assert.equal(await broker.committedOffset('deaf-group', 'deaf', 0), undefined);
  assert.deepEqual(await readTexts(broker, 'out'), []);
  await nextLease.commit({ ...commit, records: [record('out', 'owner')] });
  assert.deepEqual(await readTexts(broker, 'out'), ['owner']);
}
