import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStandInLanguageModel } from '../../../src/adapters/memory/stand-in-language-model.ts';
import { ask, type AskedQuestion } from '../../../src/app/ask.ts';
import { loadTopology } from '../../../src/app/load-topology.ts';
import type { LanguageModel } from '../../../src/ports/language-model.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { choices } from '../../support/secl-fixture.ts';

const topology = await loadTopology();
const plain: AskedQuestion = { text: 'What is it?', style: 'short', choices: [], answer: null };

test('an answer comes with every score of the topology and the one a stream would publish', async () => {
  const result = await ask(plain, topology, createStandInLanguageModel());
  assert.deepEqual(
    result.scores.map(({ name }) => name).toSorted(),
    topology.scoring.scores.toSorted(),
  );
  const published = result.scores.find(({ name }) => name === topology.confidence.published);
  assert.deepEqual(result.published, {
    source: topology.confidence.published,
    value: published?.value,
  });
  assert.ok(result.distractors.length > 0);
  assert.ok(result.forwardTokens.scoring > 0);
});

test('where a topology leaves judging out, nothing is judged or paid for', async () => {
  const never = { ...topology, scoring: { ...topology.scoring, when: 'never' as const } };
  const result = await ask(plain, never, createStandInLanguageModel());
  assert.deepEqual([result.forwardTokens.scoring, result.distractors], [0, []]);
  assert.ok(result.scores.every(({ name }) => name !== 'pTrue' && name !== 'normalizedPTrue'));
  assert.ok(result.published.value !== null);
});

test('an answer may be brought, and a choice is named by its label', async () => {
  const given = await ask({ ...plain, answer: 'Paris' }, topology, createStandInLanguageModel());
  assert.deepEqual(
    [given.answer, given.extracted, given.finishReason],
    ['Paris', 'Paris', 'given'],
  );
  const chosen = await ask(
    { ...plain, style: 'choice', choices: choices('red', 'blue'), answer: 'B' },
    topology,
    createStandInLanguageModel(),
  );
  assert.deepEqual([chosen.extracted, chosen.distractors.map(({ text }) => text)], ['B', ['A']]);
});

test('an answer that is brought to choices names one of them, by label or text', async () => {
  const model = createStandInLanguageModel();
  const asked = { ...plain, style: 'choice' as const, choices: choices('red', 'blue') };
  for (const [answer, label] of [
    ['b', 'B'],
    ['Red', 'A'],
    [' blue ', 'B'],
  ] as const)
    assert.equal((await ask({ ...asked, answer }, topology, model)).extracted, label);
  for (const answer of ['green', 'C', 'A or B'])
    await expectFailure(ask({ ...asked, answer }, topology, model), 'USAGE');
});

test('a question that cannot be asked is the user’s to mend', async () => {
  const model = createStandInLanguageModel();
  for (const asked of [
    { ...plain, text: ' ' },
    { ...plain, style: 'choice' as const },
    { ...plain, text: 'long '.repeat(5000) },
  ])
    await assert.rejects(ask(asked, topology, model), { code: 'USAGE' });
  // A model that holds little refuses what the topology would allow, instead of failing later.
  const small = createStandInLanguageModel({ contextLength: 64 });
  const long = { ...plain, text: 'what is it '.repeat(40) };
  await assert.rejects(ask(long, topology, small), { code: 'USAGE' });
});

test('the scope is closed whatever happens, and a cancelled question says so', async () => {
  const inner = createStandInLanguageModel();
  let open = 0;
  const model: LanguageModel = Object.assign(Object.create(inner) as LanguageModel, {
    openScope: async (prefixes: Parameters<LanguageModel['openScope']>[0]) => {
      const scope = await inner.openScope(prefixes);
      open += 1;
      return {
        generate: scope.generate.bind(scope),
        next: scope.next.bind(scope),
        score: scope.score.bind(scope),
        close: async () => {
          open -= 1;
          await scope.close();
        },
      };
    },
  });
  await ask(plain, topology, model);
  assert.equal(open, 0);
  const aborted = AbortSignal.abort(new Error('enough'));
  await assert.rejects(ask(plain, topology, model, aborted), { code: 'CANCELLED' });
  assert.equal(open, 0);
});

test('an answer without text is refused, not called missing', async () => {
  const model = createStandInLanguageModel();
  await expectFailure(ask({ ...plain, answer: ' ' }, topology, model), 'USAGE');
});
