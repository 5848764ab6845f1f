import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openRecordCodecs } from '../../../src/adapters/avro/record-codecs.ts';
import { createMemoryBroker } from '../../../src/adapters/memory/memory-broker.ts';
import { createStandInLanguageModel } from '../../../src/adapters/memory/stand-in-language-model.ts';
import { loadTopology } from '../../../src/app/load-topology.ts';
import { replay, type ReplayResult } from '../../../src/app/replay.ts';
import type { ReplayItem } from '../../../src/app/replay-input.ts';
import { SYSTEM_CLOCK } from '../../../src/app/system-clock.ts';
import type { Answer } from '../../../src/events/answer.ts';
import type { Feedback } from '../../../src/events/feedback.ts';
import type { Question } from '../../../src/events/question.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { choices, question } from '../../support/secl-fixture.ts';

const usual = await loadTopology();
const topology: Topology = { ...usual, batch: { ...usual.batch, maxBatch: 4 } };
const never = new AbortController().signal;
const codecs = openRecordCodecs();

/** Questions of every style, some with an answer, one repeated, one that is none. */
const MIXED: readonly Question[] = Array.from({ length: 14 }, (_, i) => {
  const id = `q${i === 11 ? 2 : i}`;
  const domain = ['first', 'second', null][Math.floor(i / 5)] ?? null;
  const base = question({ id, domain, text: `What is the colour of thing ${i}?` });
  if (i === 8) return { ...base, text: ' ' };
  if (i % 7 === 3) return { ...base, givenAnswer: { text: 'blue', tokenLogProbabilities: [-0.5] } };
  if (i % 3 === 1)
    return { ...base, style: 'choice', choices: choices('red', 'blue', 'red', 'green') };
  return i % 3 === 2 ? { ...base, style: 'reasoning' } : base;
});

interface Run {
  readonly questions?: readonly Question[];
  readonly label?: (question: Question) => Feedback | null;
  readonly broker?: Broker;
  readonly drain?: AbortController;
  readonly topology?: Topology;
}

function run(given: Run = {}): Promise<ReplayResult> {
  const { questions = MIXED, label = () => null } = given;
  const items = questions.map((asked): ReplayItem => ({ question: asked, feedback: label(asked) }));
  return replay({
    input: { name: 'mixed', items, hash: 'h' },
    topology: given.topology ?? topology,
    model: createStandInLanguageModel({ contextLength: 2600 }),
    broker: given.broker ?? createMemoryBroker({ clock: SYSTEM_CLOCK }),
    codecs,
    clock: SYSTEM_CLOCK,
    drain: given.drain?.signal ?? never,
    abort: never,
    onBatch: () => given.drain?.abort(),
  });
}

/** An answer without times, its domain apart. */
function lasting({ answeredAtMs: _, durationMs: __, domain: ___, ...rest }: Answer): unknown {
  return rest;
}

test('domains are names on the answers and nothing more: renamed, every score is the same bit for bit', async () => {
  const plain = await run();
  const names = ['zebra', 'first', 'pooled', null, 'second'];
  const renamed = await run({
    questions: MIXED.map((asked, i) => ({ ...asked, domain: names[i % names.length] ?? null })),
  });
  assert.deepEqual(renamed.answers.map(lasting), plain.answers.map(lasting));
  assert.notDeepEqual(
    renamed.answers.map(({ domain }) => domain),
    plain.answers.map(({ domain }) => domain),
  );
});

test('labels reach metrics only: other labels, or none, leave every answer the same', async () => {
  const label =
    (accepted: string, correct: boolean | null) =>
    ({ id }: Question): Feedback => ({
      questionId: id,
      acceptedAnswers: [accepted],
      correct,
      labelledAtMs: 0,
    });
  const without = await run();
  for (const given of [label('blue', null), label('A', true), label('A', false)])
    assert.deepEqual(
      (await run({ label: given })).answers.map(lasting),
      without.answers.map(lasting),
    );
});

test('a question’s record has no place for a label', () => {
  // `Record` makes this list complete: a key more or less does not compile.
  const keys: Readonly<Record<keyof Question, true>> = {
    id: true,
    text: true,
    style: true,
    choices: true,
    domain: true,
    givenAnswer: true,
    deadlineMs: true,
  };
  const schema = JSON.parse(readFileSync('schemas/question.avsc', 'utf8')) as {
    fields: { name: string }[];
  };
  assert.deepEqual(schema.fields.map(({ name }) => name).toSorted(), Object.keys(keys).toSorted());
  const smuggled = { ...question(), acceptedAnswers: ['blue'], correct: true };
  let carried: object = {};
  try {
    const decoded = codecs.question.decode(codecs.question.encode(smuggled));
    if (decoded.ok) carried = decoded.value;
  } catch {
    // A codec may as well refuse what the schema does not know.
  }
  assert.ok(!('acceptedAnswers' in carried) && !('correct' in carried));
});

test('every score is a fraction, or missing with a reason; the published one is among them', async () => {
  const { answers, deadLetters } = await run();
  assert.deepEqual([answers.length, deadLetters.length], [13, 1]);
  for (const answer of answers) {
    for (const score of answer.scores) {
      if (score.value === null) assert.ok(score.status === 'missing' && score.reason !== null);
      else
        assert.ok(score.value >= 0 && score.value <= 1 && score.status !== 'missing', score.name);
      assert.equal(score.adapterVersion, 0);
    }
    assert.equal(answer.published.source, topology.confidence.published);
    for (const { pTrue, weight, firstLogProbability } of answer.distractors)
      assert.ok((pTrue ?? -1) >= 0 && weight === 1 && firstLogProbability <= 0);
  }
  const styles = new Set(answers.map(({ style }) => style));
  assert.equal(styles.size, 3);
  assert.ok(
    answers.some(({ style, distractors }) => style === 'reasoning' && distractors.length > 0),
  );
  const repeated = answers.find(
    ({ questionId, duplicateOf }) => questionId === 'q2' && duplicateOf !== null,
  );
  assert.equal(repeated?.duplicateOf, answers[2]?.sourceOffset);
});

test('stopped after every batch and started again, the same: repeats and letters among them', async () => {
  const whole = await run();
  // One batch in flight: the drain that a batch sets off stops the source before it begins the next.
  const single = { ...topology, batch: { ...topology.batch, maxInFlight: 1 } };
  const broker = createMemoryBroker({ clock: SYSTEM_CLOCK });
  for (let runs = 0; ; runs++) {
    assert.ok(runs < 10);
    const result = await run({ broker, drain: new AbortController(), topology: single });
    if (!result.complete) continue;
    assert.deepEqual(result.answers.map(lasting), whole.answers.map(lasting));
    assert.deepEqual(
      result.deadLetters.map(({ sourceOffset, reason }) => [sourceOffset, reason]),
      whole.deadLetters.map(({ sourceOffset, reason }) => [sourceOffset, reason]),
    );
    assert.ok(runs >= 2, 'it was stopped between batches');
    break;
  }
});

test('no question ends the stream, however odd', async () => {
  const odd: Partial<Question>[] = [
    { givenAnswer: { text: 'blue', tokenLogProbabilities: [0.5] } },
    // Within the characters allowed, beyond what the model holds: bytes of a rare letter.
    { givenAnswer: { text: 'é'.repeat(3000), tokenLogProbabilities: null } },
    { givenAnswer: { text: ' ', tokenLogProbabilities: [] } },
    { domain: '\u0001'.repeat(100_000) },
    { domain: 'd'.repeat(900_000) },
    { id: 'i'.repeat(20_000) },
    { id: 'i'.repeat(1_200_000) },
    { id: '' },
    { text: '<|im_end|> {question} \u{F8FF}\u{F0001}0\u{F0002}\u{F8FF} \ud800' },
    { text: 'x'.repeat(1_500_000) },
    { style: 'choice', choices: choices('', '') },
    { style: 'choice', choices: [] },
    {
      style: 'choice',
      choices: [
        { label: '', text: 'a' },
        { label: 'B', text: 'b' },
      ],
    },
    { style: 'choice', choices: choices(...new Array<string>(60).fill('same')) },
    { style: 'reasoning', text: 'y'.repeat(2000) },
  ];
  const questions = odd.flatMap((over, i) => [
    question({ id: `odd${i}`, ...over }),
    question({ id: `fine${i}` }),
  ]);
  const label = ({ id }: Question): Feedback => ({
    questionId: id,
    acceptedAnswers: ['a'.repeat(1_000_000)],
    correct: null,
    labelledAtMs: 0,
  });
  const small = { ...topology.calibration, size: 5, step: 5, simulations: 0 };
  const result = await run({
    questions,
    label: (asked) => (asked.id === 'fine0' ? label(asked) : null),
    topology: { ...topology, calibration: small },
  });
  assert.equal(result.complete, true);
  const fine = result.answers.filter(({ questionId }) => questionId.startsWith('fine'));
  assert.equal(fine.length, odd.length);
  for (const letter of result.deadLetters) {
    assert.match(letter.code, /^(RECORD_INVALID|CONTEXT_OVERFLOW|RECORD_TOO_LARGE)$/);
    assert.ok(letter.reason.length < 200, 'a reason holds no text of the question');
  }
});
