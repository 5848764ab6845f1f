import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { lastValueFrom, take, tap, toArray } from 'rxjs';
import { createCredit, type Credit } from '../../../src/operators/credit.ts';
import { pollBatches, type PollOptions } from '../../../src/operators/poll-batches.ts';
import type { RecordBatch } from '../../../src/operators/question-batch.ts';
import type { IncomingRecord } from '../../../src/ports/broker.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { fakeLease, recordOf, type FakeLease } from '../../support/operator-fixture.ts';

const never = new AbortController().signal;

const records = (from: number, count: number): IncomingRecord[] =>
  Array.from({ length: count }, (_, i) => recordOf(from + i, null));

function options(over: Partial<PollOptions> = {}): PollOptions {
  return {
    maxBatch: 2,
    maxWaitMs: 50,
    recordsLeft: null,
    credit: createCredit(100),
    clock: manualClock(),
    drain: never,
    ...over,
  };
}

const offsetsOf = ({ records: batch }: RecordBatch): number[] =>
  batch.map(({ offset }) => Number(offset));

async function cut(lease: FakeLease, over: Partial<PollOptions> = {}): Promise<number[][]> {
  const batches = await lastValueFrom(pollBatches(lease, options(over)).pipe(toArray()));
  return batches.map(offsetsOf);
}

async function settle(turns = 8): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await nextTurn();
}

test('a bounded stream is cut by count alone, however its records come', async () => {
  // Offsets have gaps; what counts is how many records there were.
  const all = [0, 1, 5, 6, 9].map((offset) => recordOf(offset, null));
  for (const pollLimit of [1, 2, 9]) {
    const lease = fakeLease({ records: all, pollLimit });
    assert.deepEqual(await cut(lease, { recordsLeft: 5 }), [[0, 1], [5, 6], [9]]);
  }
});

test('a batch of a bounded stream waits for its records as long as it takes', async () => {
  const lease: FakeLease = fakeLease({
    records: records(0, 1),
    onIdle: () => {
      if (lease.polls.length === 6) lease.push(...records(1, 2));
    },
  });
  assert.deepEqual(await cut(lease, { recordsLeft: 3, maxWaitMs: 0 }), [[0, 1], [2]]);
});

test('with nothing left it completes at once, and polls nothing', () => {
  const lease = fakeLease();
  let complete = false;
  pollBatches(lease, options({ recordsLeft: 0 })).subscribe({
    complete: () => (complete = true),
  });
  assert.equal(complete, true);
  assert.equal(lease.polls.length, 0);
});

test('in an endless stream a batch waits for more from its first records on, no longer', async () => {
  const clock = manualClock();
  const waits: number[] = [];
  const lease: FakeLease = fakeLease({
    records: records(0, 1),
    onIdle: (waitMs) => {
      waits.push(waitMs);
      clock.move(30);
      // A trickle: one more record after each wait would keep a batch of ten open for half a second.
      lease.push(...records(lease.polls.length, 1));
    },
  });
  const batches$ = pollBatches(lease, options({ maxBatch: 10, clock })).pipe(take(1));
  const [first] = await lastValueFrom(batches$.pipe(toArray()));
  assert.equal(first?.records.length, 2);
  assert.deepEqual(waits, [50, 20], 'what is left of 50 ms');
});

test('an endless stream that is cut by count waits until a batch is full; drained, it gives up one that is not', async () => {
  const clock = manualClock();
  const drain = new AbortController();
  const lease: FakeLease = fakeLease({
    records: records(0, 1),
    onIdle: () => {
      clock.move(60_000);
      if (lease.polls.length === 4) lease.push(...records(1, 2));
      if (lease.polls.length === 9) drain.abort();
    },
  });
  const credit = createCredit(100);
  const cutUp = await cut(lease, { maxWaitMs: null, clock, credit, drain: drain.signal });
  assert.deepEqual(cutUp, [[0, 1]], 'the third is read again by whoever comes next');
});

test('where the partition’s end is the stream’s, the last batch is not waited for', async () => {
  const drain = new AbortController();
  const lease: FakeLease = fakeLease({
    records: records(0, 3),
    onIdle: () => {
      // Nothing is left to look for after the third record's batch.
      if (lease.polls.length === 5) drain.abort();
    },
  });
  const cutUp = await cut(lease, { maxWaitMs: null, toEnd: true, drain: drain.signal });
  assert.deepEqual(cutUp, [[0, 1], [2]]);
});

test('an idle endless stream waits patiently for a first record', async () => {
  const lease: FakeLease = fakeLease({
    onIdle: (waitMs) => {
      assert.ok(waitMs >= 1000);
      if (lease.polls.length === 3) lease.push(...records(0, 2));
    },
  });
  const first$ = pollBatches(lease, options()).pipe(take(1));
  assert.deepEqual(offsetsOf(await lastValueFrom(first$)), [0, 1]);
});

test('no batch is begun without a permit; whoever finishes one gives it back', async () => {
  const credit = createCredit(2);
  const lease = fakeLease({ records: records(0, 8) });
  const batches: RecordBatch[] = [];
  const subscription = pollBatches(lease, options({ credit, recordsLeft: 8 })).subscribe((batch) =>
    batches.push(batch),
  );
  await settle();
  assert.equal(batches.length, 2);
  assert.equal(lease.polls.length, 2, 'nothing is read ahead');
  credit.give();
  await settle();
  assert.equal(batches.length, 3);
  subscription.unsubscribe();
  credit.give();
  await settle();
  assert.equal(batches.length, 3);
  assert.equal(credit.inFlight, 1, 'a source that is gone takes no permit');
});

test('draining begins no new batch, but fills the one that has begun', async () => {
  const drain = new AbortController();
  const lease: FakeLease = fakeLease({
    records: records(0, 3),
    onIdle: () => {
      drain.abort();
      lease.push(...records(3, 5));
    },
  });
  // A restart cuts from the committed state on: a batch that is cut short now would shift all that follow.
  const batches = await cut(lease, { recordsLeft: 8, drain: drain.signal });
  assert.deepEqual(batches, [
    [0, 1],
    [2, 3],
  ]);
});

test('draining ends a source that is idle, waits for a permit, or has not begun', async () => {
  const whileIdle = new AbortController();
  const idle = fakeLease({
    onIdle: () => {
      whileIdle.abort();
    },
  });
  const credit = createCredit(1);
  assert.deepEqual(await cut(idle, { drain: whileIdle.signal, credit }), []);
  assert.equal(credit.inFlight, 0, 'the permit of the batch that never was is back');

  const waiting = new AbortController();
  await credit.take(never);
  const done = cut(fakeLease({ records: records(0, 4) }), { drain: waiting.signal, credit });
  await settle();
  waiting.abort();
  assert.deepEqual(await done, []);

  const early = AbortSignal.abort(new Error('enough'));
  const lease = fakeLease({ records: records(0, 4) });
  assert.deepEqual(await cut(lease, { drain: early }), []);
  assert.equal(lease.polls.length, 0);
});

test('a partition that is taken away is an error, wherever the source was', async () => {
  const polling: FakeLease = fakeLease({
    onIdle: () => {
      polling.revoke();
    },
  });
  await assert.rejects(cut(polling), { code: 'FENCED', retryable: true });

  const credit = createCredit(1);
  await credit.take(never);
  const waiting = fakeLease({ records: records(0, 2) });
  const failed = assert.rejects(cut(waiting, { credit }), { code: 'FENCED' });
  await settle();
  waiting.revoke();
  await failed;
});

test('another failure of the broker is passed on as it is', async () => {
  const broken = new Error('disk');
  const lease = { ...fakeLease(), poll: () => Promise.reject(broken) };
  await assert.rejects(lastValueFrom(pollBatches(lease, options())), broken);
});

test('unsubscribing ends the polling, even from within a batch', async () => {
  const lease = fakeLease({ records: records(0, 20) });
  const seen = await lastValueFrom(
    pollBatches(lease, options()).pipe(take(2), tap(offsetsOf), toArray()),
  );
  assert.deepEqual(seen.map(offsetsOf), [
    [0, 1],
    [2, 3],
  ]);
  await settle();
  const { length } = lease.polls;
  await settle();
  assert.equal(lease.polls.length, length);
  assert.ok(length <= 3);
});

test('what a subscriber throws does not end the source’s own work in silence', async () => {
  const lease = fakeLease({ records: records(0, 4) });
  const thrown$ = pollBatches(lease, options()).pipe(
    tap(() => {
      throw new Error('callback');
    }),
  );
  await assert.rejects(lastValueFrom(thrown$), /callback/);
});

test('a second subscription reads on from where the lease stands', async () => {
  const lease = fakeLease({ records: records(0, 4) });
  const credit: Credit = createCredit(9);
  const batches$ = pollBatches(lease, options({ recordsLeft: 2, credit }));
  const each: number[][][] = [];
  for (let i = 0; i < 2; i++)
    each.push((await lastValueFrom(batches$.pipe(toArray()))).map(offsetsOf));
  assert.deepEqual(each, [[[0, 1]], [[2, 3]]]);
});
