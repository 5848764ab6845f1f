import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastValueFrom, of } from 'rxjs';
import { verbalizeBatches } from '../../../src/operators/verbalize-batches.ts';
import type { ScopedBatch } from '../../../src/operators/question-batch.ts';
import type { ModelScope } from '../../../src/ports/language-model.ts';
import { hangingScope } from '../../support/hanging-scope.ts';
import { operatorContract } from '../../support/operator-contract.ts';
import { scopedBatch } from '../../support/operator-fixture.ts';
import { scriptedScope, type ScriptedScope } from '../../support/scripted-scope.ts';
import { ORIGIN, scoringOptions, tokenizer, written } from '../../support/secl-fixture.ts';

const verbalizing = (): ReturnType<typeof verbalizeBatches> =>
  verbalizeBatches(tokenizer, scoringOptions({ scores: ['verbalized'] }), ORIGIN);

/** A model that says "7" after everything. */
const sevens = (): ScriptedScope =>
  scriptedScope({
    next: ({ tokens }) => ({ logProbabilities: tokens.map((_, d) => (d === 7 ? 0 : -Infinity)) }),
  });

const batchOf = (scope: ModelScope, ...ids: readonly number[]): ScopedBatch =>
  scopedBatch(ids, scope, { answers: ids.map((id) => written('Lima', { id: `q${id}` })) });

operatorContract('verbalizeBatches', () => ({
  operator: verbalizing(),
  items: [batchOf(sevens(), 0, 1), batchOf(sevens(), 2)],
  show: ({ answers }) =>
    answers.map(({ question, scores }) => [question.id, scores.map(({ value }) => value)]),
  expected: [
    [
      ['q0', [0.75]],
      ['q1', [0.75]],
    ],
    [['q2', [0.75]]],
  ],
}));

test('a batch is asked about in one call', async () => {
  const scope = sevens();
  await lastValueFrom(of(batchOf(scope, 0, 1, 2)).pipe(verbalizing()));
  assert.deepEqual(
    scope.asked.map((requests) => requests.length),
    [3],
  );
});

test('of a batch that an adapter is on trial with, the first questions are asked under the one before, too', async () => {
  const scope = sevens();
  const options = scoringOptions({ scores: ['verbalized'], published: 'verbalized' });
  const batch = { ...batchOf(scope, 0, 1, 2), adapterVersion: 2, trialQuestions: 1 };
  const operator = verbalizeBatches(tokenizer, options, ORIGIN);
  const { answers } = await lastValueFrom(of(batch).pipe(operator));
  assert.deepEqual(
    answers.map(({ spoken }) => spoken?.previous),
    [0.75, null, null],
  );
});

test('what the model throws is an error notification', async () => {
  const broken = scriptedScope({
    next: () => {
      throw new Error('broken');
    },
  });
  await assert.rejects(lastValueFrom(of(batchOf(broken, 0)).pipe(verbalizing())), /broken/);
});

test('unsubscribing cancels what the model does', () => {
  const hanging = hangingScope();
  const subscription = of(batchOf(hanging.scope, 0)).pipe(verbalizing()).subscribe();
  assert.equal(hanging.signals[0]?.aborted, false);
  subscription.unsubscribe();
  assert.equal(hanging.signals[0].aborted, true);
});
