import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastValueFrom, of } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { GateReading } from '../../../src/events/answer.ts';
import type { ScoreName } from '../../../src/events/score.ts';
import { judgeBatches } from '../../../src/operators/judge-batches.ts';
import type { ScopedBatch } from '../../../src/operators/question-batch.ts';
import type { ModelScope } from '../../../src/ports/language-model.ts';
import { hangingScope } from '../../support/hanging-scope.ts';
import { operatorContract } from '../../support/operator-contract.ts';
import { scopedBatch } from '../../support/operator-fixture.ts';
import { scriptedScope, type ScriptedScope } from '../../support/scripted-scope.ts';
import { ORIGIN, scoringOptions, tokenizer, written } from '../../support/secl-fixture.ts';

const judging = (scores: readonly ScoreName[]): ReturnType<typeof judgeBatches> =>
  judgeBatches(tokenizer, scoringOptions({ scores }), ORIGIN);

/** A judge that gives True and False their shares by how many spellings there are: one half each. */
const undecided = (): ScriptedScope =>
  scriptedScope({ next: ({ tokens }) => ({ logProbabilities: tokens.map(() => -3) }) });

const batchOf = (scope: ModelScope, ...ids: readonly number[]): ScopedBatch =>
  scopedBatch(ids, scope, { answers: ids.map((id) => written('Lima', { id: `q${id}` })) });

operatorContract('judgeBatches', () => ({
  operator: judging(['pTrue', 'normalizedPTrue']),
  items: [batchOf(undecided(), 0, 1), batchOf(undecided(), 2)],
  show: ({ answers }) =>
    answers.map(({ question, scores }) => [question.id, scores.map(({ name }) => name)]),
  expected: [
    [
      ['q0', ['pTrue', 'normalizedPTrue']],
      ['q1', ['pTrue', 'normalizedPTrue']],
    ],
    [['q2', ['pTrue', 'normalizedPTrue']]],
  ],
}));

test('passes batches on untouched, at once, where neither score is asked for', () => {
  new TestScheduler((actual, expected) => {
    assert.deepEqual(actual, expected);
  }).run(({ cold, expectObservable }) => {
    const a = batchOf(scriptedScope(), 0);
    const b = batchOf(scriptedScope(), 1);
    const source$ = cold('-a-(b|)', { a, b });
    expectObservable(source$.pipe(judging(['verbalized']))).toBe('-a-(b|)', { a, b });
    expectObservable(source$.pipe(judging([])), '--!').toBe('-a', { a });
  });
});

const reading = (burst: number): GateReading => ({
  burst,
  positionInBurst: burst === 0 ? 0 : 1,
  incident: burst,
  alarm: false,
  statistics: {},
  thresholds: {},
});

/** Judges answers of a batch whose gate says so, and shows name, status and normalization of each score. */
async function judgeInBursts(
  scope: ScriptedScope,
  bursts: readonly number[],
  scores: readonly ScoreName[] = ['pTrue', 'normalizedPTrue'],
): Promise<unknown[]> {
  const options = scoringOptions({ scores });
  const ids = bursts.map((_, i) => i);
  const batch = { ...batchOf(scope, ...ids), gate: bursts.map(reading) };
  const judged$ = of(batch).pipe(judgeBatches(tokenizer, options, ORIGIN, 'burst'));
  const { answers } = await lastValueFrom(judged$);
  return answers.map(({ question, scores: found }) => [
    question.id,
    ...found.map(({ name, status, normalization }) => [name, status, normalization]),
  ]);
}

test('in bursts alone judges the answers that stand in one, in their places', async () => {
  const scope = undecided();
  assert.deepEqual(await judgeInBursts(scope, [0, 3, 0]), [
    ['q0', ['pTrue', 'missing', 'true-false'], ['normalizedPTrue', 'missing', 'total-above-one']],
    ['q1', ['pTrue', 'present', 'true-false'], ['normalizedPTrue', 'present', 'total-above-one']],
    ['q2', ['pTrue', 'missing', 'true-false'], ['normalizedPTrue', 'missing', 'total-above-one']],
  ]);
  const one = undecided();
  await judgeInBursts(one, [3]);
  assert.deepEqual(scope.asked.flat().length, one.asked.flat().length, 'the others cost nothing');
});

test('outside bursts asks the model nothing, and says of each score asked for why it is missing', async () => {
  // An unscripted call fails the test.
  assert.deepEqual(await judgeInBursts(scriptedScope(), [0, 0], ['pTrue', 'verbalized']), [
    ['q0', ['pTrue', 'missing', 'true-false']],
    ['q1', ['pTrue', 'missing', 'true-false']],
  ]);
});

test('what the model throws is an error notification', async () => {
  const broken = scriptedScope({
    next: () => {
      throw new Error('broken');
    },
  });
  await assert.rejects(lastValueFrom(of(batchOf(broken, 0)).pipe(judging(['pTrue']))), /broken/);
});

test('unsubscribing cancels what the model does', () => {
  const hanging = hangingScope();
  const batch = batchOf(hanging.scope, 0);
  const subscription = of(batch)
    .pipe(judging(['normalizedPTrue']))
    .subscribe();
  assert.equal(hanging.signals[0]?.aborted, false);
  subscription.unsubscribe();
  assert.equal(hanging.signals[0].aborted, true);
});
