import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { from, lastValueFrom, tap, toArray } from 'rxjs';
import { commitBatches } from '../../../src/operators/commit-batches.ts';
import { createCredit, type Credit } from '../../../src/operators/credit.ts';
import type { PublishedBatch } from '../../../src/operators/publish-answers.ts';
import { restoreAnswerState } from '../../../src/operators/answer-state.ts';
import type { PartitionLease } from '../../../src/ports/broker.ts';
import { operatorContract } from '../../support/operator-contract.ts';
import { fakeLease, type FakeLease } from '../../support/operator-fixture.ts';

const never = new AbortController().signal;

function published(nextOffset: bigint, lease: PartitionLease): PublishedBatch {
  return {
    lease,
    commit: { nextOffset, records: [], state: new Map() },
    answers: [],
    deadLetters: [],
    settled: [],
    trainingBatch: null,
    state: restoreAnswerState(new Map()),
  };
}

/** A credit with so many permits out. */
async function taken(permits: number): Promise<Credit> {
  const credit = createCredit(permits);
  for (let i = 0; i < permits; i++) await credit.take(never);
  return credit;
}

const offsets = (lease: FakeLease): number[] =>
  lease.commits.map(({ nextOffset }) => Number(nextOffset));

operatorContract('commitBatches', () => {
  const lease = fakeLease();
  return {
    operator: commitBatches(createCredit(9)),
    items: [published(1n, lease), published(2n, lease)],
    show: ({ commit }) => Number(commit.nextOffset),
    expected: [1, 2],
  };
});

test('one transaction after the other; a batch goes on, and its permit back, once it is durable', async () => {
  const credit = await taken(3);
  const log: string[] = [];
  const lease = fakeLease({
    commit: async ({ nextOffset }) => {
      log.push(`begin ${nextOffset}, ${credit.inFlight} in flight`);
      await nextTurn();
      log.push(`end ${nextOffset}`);
    },
  });
  const batches = [1n, 2n, 3n].map((offset) => published(offset, lease));
  await lastValueFrom(from(batches).pipe(commitBatches(credit), toArray()));
  assert.deepEqual(log, [
    'begin 1, 3 in flight',
    'end 1',
    'begin 2, 2 in flight',
    'end 2',
    'begin 3, 1 in flight',
    'end 3',
  ]);
  assert.equal(credit.inFlight, 0);
});

test('a commit that fails is an error notification; nothing later is written', async () => {
  const credit = await taken(3);
  const lease = fakeLease({
    commit: async ({ nextOffset }) => {
      if (nextOffset === 2n) throw new Error('fenced');
    },
  });
  const batches = [1n, 2n, 3n].map((offset) => published(offset, lease));
  const seen: number[] = [];
  const committed$ = from(batches).pipe(
    commitBatches(credit),
    tap(({ commit }) => seen.push(Number(commit.nextOffset))),
  );
  await assert.rejects(lastValueFrom(committed$), /fenced/);
  assert.deepEqual([seen, offsets(lease)], [[1], [1]]);
});

test('a commit that throws before it begins is an error notification too', async () => {
  const lease = {
    ...fakeLease(),
    commit: () => {
      throw new Error('sync');
    },
  };
  const result$ = from([published(1n, lease)]).pipe(commitBatches(createCredit(1)));
  await assert.rejects(lastValueFrom(result$), /sync/);
});

test('unsubscribing begins no further commit and gives the permit back', async () => {
  const credit = await taken(2);
  const lease = fakeLease({ commit: async () => nextTurn() });
  const heard: unknown[] = [];
  const subscription = from([published(1n, lease), published(2n, lease)])
    .pipe(commitBatches(credit))
    .subscribe((batch) => heard.push(batch));
  subscription.unsubscribe();
  for (let turn = 0; turn < 4; turn++) await nextTurn();
  assert.deepEqual(offsets(lease), [1], 'a transaction that has begun cannot be taken back');
  assert.deepEqual(heard, []);
  assert.equal(credit.inFlight, 1, 'the second batch never got here');
});
