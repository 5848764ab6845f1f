import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GroupCoordinator } from '../../../src/broker/group-coordinator.ts';
import type {
  AcquiredPartition,
  GroupPartition,
  GroupStore,
} from '../../../src/broker/group-store.ts';
import type { PartitionLease } from '../../../src/ports/broker.ts';
import { hasCode } from '../../contract/broker/broker-scene.ts';

/** A store of one topic with two partitions, whose acquisitions the test lets through one by one. */
function scriptedStore() {
  const pending: { owner: GroupPartition; settle: (error?: Error) => void }[] = [];
  let epoch = 0n;
  const acquired = (): AcquiredPartition => ({
    epoch: ++epoch,
    startOffset: 0n,
    state: new Map(),
  });
  const store: GroupStore = {
    assertOpen: () => undefined,
    partitionCount: () => 2,
    acquire: (owner) =>
      new Promise((resolve, reject) => {
        pending.push({
          owner,
          settle: (error) => {
            if (error === undefined) resolve(acquired());
            else reject(error);
          },
        });
      }),
    fetch: () => Promise.resolve({ records: [], next: 0n }),
    waitBeyond: () => Promise.resolve(),
    commit: () => Promise.resolve([]),
  };
  return { store, pending };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('GroupCoordinator', () => {
  it('acquires nothing for a newer assignment before an older one has settled', async () => {
    // An acquisition that came late would fence the leases of the newer assignment.
    const { store, pending } = scriptedStore();
    const groups = new GroupCoordinator(store);
    const seen: PartitionLease[] = [];
    groups.join('g', ['t']).leases$.subscribe((lease) => seen.push(lease));
    await turn();
    assert.equal(pending.length, 2);
    groups.join('g', ['t']);
    await turn();
    assert.equal(pending.length, 2);
    for (const { settle } of pending.splice(0)) settle();
    await turn();
    assert.equal(seen.length, 0, 'what the older assignment acquired is not handed out');
    assert.deepEqual(
      pending.map(({ owner }) => owner.partition),
      [0, 1],
    );
    for (const { settle } of pending.splice(0)) settle();
    await turn();
    assert.deepEqual(
      seen.map(({ partition }) => partition),
      [0],
    );
  });

  it('skips assignments that were overtaken before they began', async () => {
    const { store, pending } = scriptedStore();
    const groups = new GroupCoordinator(store);
    const members = [1, 2, 3].map(() => groups.join('g', ['t']));
    await members[0]!.leave();
    await turn();
    assert.equal(pending.length, 2, 'one assignment, not four');
  });

  it('tells a member whose partition cannot be acquired, and spares the others', async () => {
    const { store, pending } = scriptedStore();
    const groups = new GroupCoordinator(store);
    const errors: unknown[] = [];
    const seen: PartitionLease[] = [];
    groups.join('g', ['t']).leases$.subscribe({ error: (error: unknown) => errors.push(error) });
    groups.join('g', ['t']).leases$.subscribe((lease) => seen.push(lease));
    await turn();
    const failure = new Error('disk');
    pending.find(({ owner }) => owner.partition === 0)!.settle(failure);
    pending.find(({ owner }) => owner.partition === 1)!.settle();
    await turn();
    assert.deepEqual(errors, [failure]);
    assert.equal(seen.length, 1);
  });

  it('hands out nothing after it was closed', async () => {
    const { store, pending } = scriptedStore();
    const groups = new GroupCoordinator(store);
    const seen: PartitionLease[] = [];
    let completed = false;
    groups.join('g', ['t']).leases$.subscribe({
      next: (lease) => seen.push(lease),
      complete: () => {
        completed = true;
      },
    });
    await turn();
    groups.close();
    for (const { settle } of pending) settle();
    await turn();
    assert.equal(seen.length, 0);
    assert.ok(completed);
  });

  it('wants a group id and a topic', () => {
    const groups = new GroupCoordinator(scriptedStore().store);
    assert.throws(() => groups.join('', ['t']), hasCode('PRECONDITION'));
    assert.throws(() => groups.join('g', []), hasCode('PRECONDITION'));
  });
});
