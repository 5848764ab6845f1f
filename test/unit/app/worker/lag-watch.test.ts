import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NEVER, of } from 'rxjs';
import { createLagWatch } from '../../../../src/app/worker/lag-watch.ts';
import { createPartitionLedger } from '../../../../src/app/worker/partition-ledger.ts';
import type { PartitionBounds } from '../../../../src/ports/broker.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { fakeLease } from '../../../support/operator-fixture.ts';
import { recordingTelemetry } from '../../../support/recording-telemetry.ts';

/** A watch whose broker answers when a test says so. */
function bench() {
  const telemetry = recordingTelemetry();
  const ledger = createPartitionLedger(manualClock());
  const asked: ((bounds: PartitionBounds) => void)[] = [];
  const watch = createLagWatch({
    ...{ telemetry, ledger, group: 'g' },
    broker: {
      bounds: () => new Promise<PartitionBounds>((resolve) => asked.push(resolve)),
      committedOffset: () => Promise.resolve(2n),
    },
  });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  /** Answers what was asked first. */
  const answer = async (): Promise<void> => {
    await turn();
    asked.shift()?.({ earliest: 0n, end: 7n });
    await turn();
  };
  const told = (): number[] => telemetry.measured.map(({ value }) => value);
  return { ledger, watch, answer, told };
}

describe('createLagWatch', () => {
  it('tells what waits, and nothing of what is at its end or was taken away', async () => {
    const { ledger, watch, answer, told } = bench();
    const lease = fakeLease();
    const work = watch(lease, NEVER).subscribe();
    await answer();
    assert.deepEqual(told(), [5]);
    await ledger.enter('g', lease).lease.poll({ maxRecords: 1, waitMs: 0 });
    const again = watch(lease, NEVER).subscribe();
    await answer();
    assert.deepEqual(told(), [5, 0]);
    lease.revoke();
    for (const each of [work, again]) each.unsubscribe();
    await answer();
    await answer();
    assert.deepEqual(told().slice(2), [0, 0]);
  });

  it('tells nothing of a lease that another one of this process came after', async () => {
    const { watch, answer, told } = bench();
    const before = fakeLease();
    const work = watch(before, NEVER).subscribe();
    before.revoke();
    work.unsubscribe();
    // The broker is slow: both what was asked first and the last look are under way.
    const after = watch(fakeLease(), NEVER).subscribe();
    for (let i = 0; i < 4; i++) await answer();
    assert.deepEqual(told(), [5]);
    after.unsubscribe();
    await answer();
    assert.deepEqual(told(), [5, 5]);
  });

  it('passes on what comes of the work', () => {
    const seen: number[] = [];
    bench()
      .watch(fakeLease(), of(1, 2))
      .subscribe((value) => seen.push(value));
    assert.deepEqual(seen, [1, 2]);
  });
});
