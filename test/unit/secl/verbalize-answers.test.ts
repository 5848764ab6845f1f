import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScoreName } from '../../../src/events/score.ts';
import type { NextTokenRequest } from '../../../src/ports/language-model.ts';
import type { Tokenizer } from '../../../src/ports/tokenizer.ts';
import { missingScore, presentScore } from '../../../src/secl/score-of.ts';
import { digitTokens, verbalizeAnswers } from '../../../src/secl/verbalize-answers.ts';
import type { ScoringOptions } from '../../../src/secl/scoring-options.ts';
import type { WrittenAnswer } from '../../../src/secl/work.ts';
import { assertClose } from '../../support/assert-close.ts';
import { ledgerOf, scriptedScope, tracesOf } from '../../support/scripted-scope.ts';
import {
  ORIGIN,
  scoreNamed,
  scoringOptions,
  tokenizer,
  written,
} from '../../support/secl-fixture.ts';

const both: readonly ScoreName[] = ['verbalized', 'verbalizedWithEvidence'];
const options = scoringOptions({ scores: both });

/** An answer with free scores. */
function withFree(probability: number | null, text = 'Lima'): WrittenAnswer {
  const score =
    probability === null
      ? missingScore('answerProbability', 'none', ORIGIN)
      : presentScore('answerProbability', probability, ORIGIN, { normalization: 'none' });
  const certainty = presentScore('tokenCertainty', 0.31, ORIGIN, { normalization: 'none' });
  return written(text, {}, { scores: [score, certainty] });
}

/** Log probabilities with so much mass on some digits. */
const digits = (masses: Readonly<Record<number, number>>): number[] =>
  Array.from({ length: 10 }, (_, digit) => Math.log(masses[digit] ?? 0));

const textOf = (request: NextTokenRequest | undefined): string =>
  tokenizer.decode(request?.prompt ?? []);

test('continues the answer’s own token ids, never its text encoded again', async () => {
  // "Lima" is one token of this vocabulary; here it was written letter by letter, as a model may.
  const tokens = tracesOf([...'Lima'].map((letter) => letter.charCodeAt(0)));
  const answer = { ...withFree(0.75), tokens };
  assert.notDeepEqual(
    tokenizer.encode('Lima'),
    tokens.map((token) => token.id),
  );
  const scope = scriptedScope({ next: () => ({ logProbabilities: digits({ 9: 1 }) }) });
  await verbalizeAnswers(scope, tokenizer, [answer], options, ORIGIN);
  const asked = scope.asked[0] ?? [];
  const before = [...answer.promptIds, ...tokens.map((token) => token.id)];
  assert.deepEqual(
    asked.map(({ prompt, tokens: wanted, adaptFrom }) => [prompt, wanted, adaptFrom]),
    ['Sure?', 'Sure? It was 7.'].map((followUp) => [
      [...before, ...tokenizer.encodeFollowUp(answer.messages, followUp)],
      digitTokens(tokenizer),
      undefined,
    ]),
  );
});

test('reads the expected digit, the mass on digits, and says where they come from', async () => {
  const scope = scriptedScope({
    // 0.3 on "2" and 0.1 on "6": (0.3·0.25 + 0.1·0.65)/0.4 = 0.35; with evidence all on "8": 0.85.
    next: (_, at) => ({
      logProbabilities: at === 0 ? digits({ 2: 0.3, 6: 0.1 }) : digits({ 8: 0.9 }),
      ledger: ledgerOf(at === 0 ? 11 : 13),
    }),
  });
  const [answer] = await verbalizeAnswers(scope, tokenizer, [withFree(0.75)], options, ORIGIN);
  const plain = scoreNamed(answer, 'verbalized');
  assertClose(plain.value, 0.35, 1e-12);
  assertClose(plain.mass, 0.4, 1e-12);
  assert.equal(plain.status, 'ambiguous', 'less than half the mass fell on digits');
  assert.match(plain.reason ?? '', /0\.400/);
  assert.deepEqual(
    [plain.promptHash, plain.normalization, plain.model, plain.adapterVersion, plain.components],
    ['hash-of-confidence', 'digits', 'scripted', 0, {}],
  );
  const evident = scoreNamed(answer, 'verbalizedWithEvidence');
  assertClose(evident.value, 0.85, 1e-12);
  assert.equal(evident.status, 'present');
  assert.equal(evident.promptHash, 'hash-of-evidence');
  assert.deepEqual(evident.components, { evidence: 0.75 });
  assert.deepEqual(answer?.computed, { answer: 3, confidence: 24, scoring: 0 });
  assert.equal(answer.scores.length, 4, 'the free scores stay');
});

test('tells the evidence that is set: digits of one score, of both, or of both joined', async () => {
  const scope = scriptedScope({ next: () => ({ logProbabilities: digits({ 4: 1 }) }) });
  const told = async (over: Partial<ScoringOptions>, answer = withFree(0.75)) => {
    const only = { ...options, ...over, scores: ['verbalizedWithEvidence'] as const };
    const [spoken] = await verbalizeAnswers(scope, tokenizer, [answer], only, ORIGIN);
    return {
      text: textOf(scope.asked.at(-1)?.[0]),
      components: scoreNamed(spoken, 'verbalizedWithEvidence').components,
    };
  };
  assert.match((await told({ evidence: 'token-certainty' })).text, /Sure\? It was 3\./);
  const both = await told({ evidence: 'probability-and-certainty' });
  assert.match(both.text, /Sure\? 7 and 3\./);
  assert.deepEqual(both.components, { probability: 0.75, certainty: 0.31 });
  // noisy-or 1 − 0.25 · 0.69 = 0.8275, mean 0.53: √(0.8275 · 0.53) = 0.66226…
  const joined = await told({ evidence: 'combination' });
  assert.match(joined.text, /Sure\? 6\./);
  assertClose(joined.components['estimate'] ?? null, Math.sqrt(0.8275 * 0.53), 1e-12);
  const answer = withFree(0.75);
  const choice = { ...answer, question: { ...answer.question, style: 'choice' as const } };
  assert.match((await told({ evidence: 'combination' }, choice)).text, /Sure\? 7\./);
});

test('the published confidence is asked for under the adapter too; scores stay on base weights', async () => {
  const scope = scriptedScope({
    next: ({ adaptFrom }) => ({
      logProbabilities: digits(adaptFrom === undefined ? { 5: 1 } : { 8: 1 }),
      adapterVersion: adaptFrom === undefined ? 0 : 3,
    }),
  });
  const published = { ...options, published: 'verbalized' as const };
  const origin = { ...ORIGIN, adapterVersion: 3 };
  const [answer] = await verbalizeAnswers(scope, tokenizer, [withFree(0.5)], published, origin);
  assert.equal(scoreNamed(answer, 'verbalized').adapterVersion, 0);
  assert.equal(scoreNamed(answer, 'verbalized').value, 0.55);
  const { confidence, adapterVersion, adaptFrom, promptIds } = answer?.spoken ?? assert.fail();
  assert.deepEqual([confidence, adapterVersion], [0.85, 3], 'the model names the adapter');
  assert.equal(adaptFrom, promptIds.length - 1);
});

test('the first answers of a trial have the published confidence asked for under the adapter before, too', async () => {
  const scope = scriptedScope({
    next: ({ adaptFrom, previous }) => ({
      logProbabilities: digits(
        previous === true ? { 2: 1 } : adaptFrom === undefined ? { 5: 1 } : { 8: 1 },
      ),
      adapterVersion: previous === true ? 2 : adaptFrom === undefined ? 0 : 3,
    }),
  });
  const answers = [withFree(0.5), withFree(0.5), withFree(0.5)];
  const of = (adapterVersion: number): ReturnType<typeof verbalizeAnswers> =>
    verbalizeAnswers(
      scope,
      tokenizer,
      answers,
      { ...options, published: 'verbalized', scores: [], trialQuestions: 2 },
      { ...ORIGIN, adapterVersion },
    );
  const spoken = (await of(3)).map((answer) => answer.spoken);
  assert.deepEqual(
    spoken.map((one) => [one?.confidence, one?.previous, one?.adapterVersion]),
    [
      [0.85, 0.25, 3],
      [0.85, 0.25, 3],
      [0.85, null, 3],
    ],
  );
  const [requests] = scope.asked;
  const beside = requests?.filter(({ previous }) => previous === true) ?? [];
  assert.deepEqual(
    beside.map(({ prompt, adaptFrom }) => prompt.length - (adaptFrom ?? NaN)),
    [1, 1],
  );
  const untried = (await of(0)).map((answer) => answer.spoken?.previous);
  assert.deepEqual(untried, [null, null, null], 'base weights are on no trial');
});

test('under an adapter that acts on the whole conversation scores are its own, and nothing is asked twice', async () => {
  const scope = scriptedScope({
    next: ({ previous }) => ({
      logProbabilities: digits(previous === true ? { 2: 1 } : { 8: 1 }),
      adapterVersion: previous === true ? 0 : 3,
    }),
  });
  const [answer] = await verbalizeAnswers(
    scope,
    tokenizer,
    [withFree(0.5)],
    {
      ...options,
      scores: ['verbalized'],
      published: 'verbalized',
      adapterScope: 'conversation',
      trialQuestions: 1,
    },
    { ...ORIGIN, adapterVersion: 3 },
  );
  const { value, adapterVersion } = scoreNamed(answer, 'verbalized');
  assert.deepEqual([value, adapterVersion], [0.85, 3]);
  const { confidence, previous, adaptFrom } = answer?.spoken ?? assert.fail();
  assert.deepEqual([confidence, previous, adaptFrom], [0.85, 0.25, 0]);
  assert.deepEqual(
    scope.asked[0]?.map((request) => [request.adaptFrom, request.previous]),
    [
      [undefined, undefined],
      [0, true],
    ],
  );
});

test('evidence is what the topology names; where it is missing, so is the score', async () => {
  const next = (): object => ({ logProbabilities: digits({ 5: 1 }) });
  const certain = scriptedScope({ next });
  const evidence = 'token-certainty' as const;
  await verbalizeAnswers(certain, tokenizer, [withFree(0.75)], { ...options, evidence }, ORIGIN);
  assert.match(textOf(certain.asked[0]?.[1]), /It was 3\./);

  const cases = [
    [withFree(null), options, /evidence is missing/],
    [withFree(0.75), { ...options, evidence: 'none' as const }, /no evidence is set/],
  ] as const;
  for (const [answer, changed, reason] of cases) {
    const scope = scriptedScope({ next });
    const [result] = await verbalizeAnswers(scope, tokenizer, [answer], changed, ORIGIN);
    assert.equal(scope.asked[0]?.length, 1, 'only the plain question is asked');
    const score = scoreNamed(result, 'verbalizedWithEvidence');
    assert.deepEqual([score.value, score.status, score.mass], [null, 'missing', null]);
    assert.match(score.reason ?? '', reason);
    assert.equal(scoreNamed(result, 'verbalized').status, 'present');
  }
});

test('digits that are no numbers, or have no mass, give no confidence', async () => {
  for (const logProbabilities of [digits({}), new Array<number>(10).fill(NaN)]) {
    const scope = scriptedScope({ next: () => ({ logProbabilities }) });
    const [answer] = await verbalizeAnswers(scope, tokenizer, [withFree(0.5)], options, ORIGIN);
    for (const name of ['verbalized', 'verbalizedWithEvidence'] as const)
      assert.deepEqual(
        [scoreNamed(answer, name).value, scoreNamed(answer, name).status],
        [null, 'missing'],
      );
    assert.equal(answer?.computed.confidence, 2, 'they were paid for all the same');
  }
});

test('an answer too long to be asked about costs itself its score, and no other', async () => {
  const long = withFree(0.5, 'Lima '.repeat(60));
  const scope = scriptedScope({ next: () => ({ logProbabilities: digits({ 5: 1 }) }) });
  const small = {
    ...options,
    scores: ['verbalized'] as const,
    published: 'verbalized' as const,
    contextLength: 90,
  };
  const [first, second] = await verbalizeAnswers(
    scope,
    tokenizer,
    [long, withFree(0.5)],
    small,
    ORIGIN,
  );
  assert.equal(scope.asked[0]?.length, 1);
  assert.match(scoreNamed(first, 'verbalized').reason ?? '', /has \d+ tokens, the model holds 90/);
  assert.equal(first?.computed.confidence, 0);
  assert.equal(scoreNamed(second, 'verbalized').status, 'present');
});

test('an empty answer is asked about like any other', async () => {
  const empty = written('', {}, { extracted: null });
  const scope = scriptedScope({ next: () => ({ logProbabilities: digits({ 0: 1 }) }) });
  const [answer] = await verbalizeAnswers(scope, tokenizer, [empty], options, ORIGIN);
  assertClose(scoreNamed(answer, 'verbalized').value, 0.05, 1e-12);
  assert.equal(scoreNamed(answer, 'verbalizedWithEvidence').status, 'missing');
});

test('scores that are not asked for cost nothing', async () => {
  const scope = scriptedScope();
  const none = { ...options, scores: ['pTrue'] as const, published: 'pTrue' as const };
  const answers = await verbalizeAnswers(scope, tokenizer, [withFree(0.5)], none, ORIGIN);
  assert.equal(scope.asked.length, 0);
  assert.equal(answers[0]?.scores.length, 2);
});

test('digits are one token each, or the vocabulary will not do', () => {
  assert.deepEqual(digitTokens(tokenizer), [48, 49, 50, 51, 52, 53, 54, 55, 56, 57]);
  // A vocabulary that writes a space token first would give ten times the same probability.
  const spaced = { encode: (text: string) => [1, text.charCodeAt(0)] } as unknown as Tokenizer;
  assert.throws(() => digitTokens(spaced), { code: 'PRECONDITION' });
});
