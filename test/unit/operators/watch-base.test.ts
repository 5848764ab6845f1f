import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastValueFrom, of } from 'rxjs';
import type { PlannedBatch } from '../../../src/operators/question-batch.ts';
import { watchBase } from '../../../src/operators/watch-base.ts';
import type { LanguageModel, ModelScope } from '../../../src/ports/language-model.ts';
import { hangingScope } from '../../support/hanging-scope.ts';
import { operatorContract } from '../../support/operator-contract.ts';
import { plannedBatch } from '../../support/operator-fixture.ts';
import { ledgerOf, scriptedScope, type ScriptedScope } from '../../support/scripted-scope.ts';

const scope = (): ScriptedScope =>
  scriptedScope({
    next: (_, at) => ({ hidden: Float32Array.of(at), ledger: ledgerOf(10 + at) }),
  });

/** A model of one scope, whose openings are counted. */
function modelOf(opened: ModelScope): Pick<LanguageModel, 'openScope'> & { openings: unknown[][] } {
  const openings: unknown[][] = [];
  return {
    openings,
    openScope: async (...given) => {
      openings.push(given);
      return opened;
    },
  };
}

const adapted = (...offsets: readonly number[]): PlannedBatch => ({
  ...plannedBatch(offsets),
  adapterVersion: 2,
});

operatorContract('watchBase', () => ({
  operator: watchBase(modelOf(scope()), []),
  items: [adapted(0, 1), plannedBatch([2])],
  show: ({ planned, baseStates }) => [
    planned.map(({ plan }) => plan.question.id),
    baseStates.map(({ hidden, computed }) => [hidden?.[0], computed]),
  ],
  expected: [
    [
      ['q0', 'q1'],
      [
        [0, 10],
        [1, 11],
      ],
    ],
    [['q2'], []],
  ],
}));

test('questions are asked in a scope of base weights, closed afterwards whatever comes of it', async () => {
  const fine = scope();
  const model = modelOf(fine);
  const batch = adapted(0, 1);
  await lastValueFrom(of(batch).pipe(watchBase(model, [[1, 2]])));
  assert.deepEqual([model.openings, fine.closed], [[[[[1, 2]]]], 1], 'no options: base weights');
  assert.deepEqual(
    fine.asked[0]?.map(({ prompt, adaptFrom, hidden }) => [prompt, adaptFrom, hidden]),
    batch.planned.map(({ plan }) => [plan.promptIds, undefined, true]),
  );
  const broken = scriptedScope({
    next: () => {
      throw new Error('broken');
    },
  });
  await assert.rejects(
    lastValueFrom(of(adapted(0)).pipe(watchBase(modelOf(broken), []))),
    /broken/,
  );
  assert.equal(broken.closed, 1);
});

test('unsubscribing cancels what the model does', async () => {
  const hanging = hangingScope();
  const subscription = of(adapted(0))
    .pipe(watchBase(modelOf(hanging.scope), []))
    .subscribe();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(hanging.signals[0]?.aborted, false);
  subscription.unsubscribe();
  assert.equal(hanging.signals[0].aborted, true);
});
