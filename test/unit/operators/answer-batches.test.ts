import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastValueFrom, of } from 'rxjs';
import { answerBatches } from '../../../src/operators/answer-batches.ts';
import { hangingScope } from '../../support/hanging-scope.ts';
import { operatorContract } from '../../support/operator-contract.ts';
import { scopedBatch } from '../../support/operator-fixture.ts';
import { scriptedScope, tracesOf, type ScriptedScope } from '../../support/scripted-scope.ts';
import { ORIGIN, scoreNamed, scoringOptions, tokenizer } from '../../support/secl-fixture.ts';

const answering = (options = scoringOptions()): ReturnType<typeof answerBatches> =>
  answerBatches(tokenizer, options, ORIGIN);

const scope = (): ScriptedScope =>
  scriptedScope({ generate: (_, at) => ({ text: `Lima${at}`, tokens: tracesOf([1], -1, 0.5) }) });

operatorContract('answerBatches', () => ({
  operator: answering(),
  items: [scopedBatch([0, 1], scope()), scopedBatch([2], scope())],
  show: ({ answers }) => answers.map(({ question, text }) => [question.id, text]),
  expected: [
    [
      ['q0', 'Lima0'],
      ['q1', 'Lima1'],
    ],
    [['q2', 'Lima0']],
  ],
}));

test('free scores are there whether or not they are published: evidence and the gate read them', async () => {
  const batch = scopedBatch([0], scope());
  const result = await lastValueFrom(of(batch).pipe(answering(scoringOptions({ scores: [] }))));
  assert.equal(scoreNamed(result.answers[0], 'answerProbability').value, Math.exp(-1));
  assert.equal(scoreNamed(result.answers[0], 'tokenCertainty').value, Math.exp(-0.5));
  assert.equal(result.scope, batch.scope, 'the rest of the batch goes along');
  assert.deepEqual(result.planned, batch.planned);
});

test('a question whose text the model cannot write becomes unanswerable, the others are answered', async () => {
  const failing = scriptedScope({
    generate: (_, at) => (at === 1 ? { finishReason: 'failed' } : { tokens: tracesOf([1]) }),
  });
  const batch = scopedBatch([0, 1, 2], failing);
  const result = await lastValueFrom(of(batch).pipe(answering()));
  assert.deepEqual(
    result.answers.map(({ question }) => question.id),
    ['q0', 'q2'],
  );
  assert.deepEqual(
    result.planned.map(({ record }) => record.offset),
    [0n, 2n],
  );
  assert.deepEqual(
    result.unanswerable.map(({ record, code }) => [record.offset, code]),
    [[1n, 'MODEL_FAILED']],
  );
  assert.equal(result.records, batch.records);
});

test('where the adapter acts on the whole conversation, scores name it, and the gate sees base weights', async () => {
  const hidden = Float32Array.of(0.6, 0.8);
  const failing = scriptedScope({
    generate: (_, at) => (at === 0 ? { finishReason: 'failed' } : { tokens: tracesOf([1]) }),
  });
  const baseStates = [
    { hidden: undefined, computed: 5 },
    { hidden, computed: 7 },
  ];
  const more = { adapterVersion: 4, baseStates };
  const under = async (adapterScope: 'turn' | 'conversation'): Promise<unknown[]> => {
    const options = scoringOptions({ adapterScope });
    const batch = scopedBatch([0, 1], failing, more);
    const { answers } = await lastValueFrom(of(batch).pipe(answering(options)));
    const [answer] = answers;
    const version = scoreNamed(answer, 'tokenCertainty').adapterVersion;
    return [answers.length, answer?.hidden, answer?.computed.scoring, version];
  };
  assert.deepEqual(await under('conversation'), [1, hidden, 7, 4]);
  assert.deepEqual(await under('turn'), [1, hidden, 7, 0]);
});

test('what the model throws is an error notification', async () => {
  const broken = scriptedScope({
    generate: () => {
      throw new Error('broken');
    },
  });
  await assert.rejects(lastValueFrom(of(scopedBatch([0], broken)).pipe(answering())), /broken/);
});

test('unsubscribing cancels what the model does', () => {
  const hanging = hangingScope();
  const subscription = of(scopedBatch([0], hanging.scope))
    .pipe(answering())
    .subscribe();
  assert.equal(hanging.signals[0]?.aborted, false);
  subscription.unsubscribe();
  assert.equal(hanging.signals[0].aborted, true);
});
