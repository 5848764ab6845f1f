import assert from 'node:assert/strict';
import { test } from 'node:test';
import { from, lastValueFrom, map, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { AdapterDecision } from '../../../src/events/adapter-decision.ts';
import type { AdapterRecord } from '../../../src/events/adapter.ts';
import type { Answer, GateReading } from '../../../src/events/answer.ts';
import type { DeadLetter } from '../../../src/events/dead-letter.ts';
import type { ScoreName } from '../../../src/events/score.ts';
import type { TrainingBatch } from '../../../src/events/training-batch.ts';
import { restoreAnswerState } from '../../../src/operators/answer-state.ts';
import { DEAD_LETTER_BYTES, DEAD_LETTER_KEY_BYTES } from '../../../src/operators/dead-letter-of.ts';
import {
  publishAnswers,
  type PublishedBatch,
  type PublishOptions,
} from '../../../src/operators/publish-answers.ts';
import { NO_LOOP } from '../../../src/operators/question-batch.ts';
import type { AnsweredBatch } from '../../../src/operators/question-batch.ts';
import type { IncomingRecord } from '../../../src/ports/broker.ts';
import { missingScore, presentScore } from '../../../src/secl/score-of.ts';
import type { WrittenAnswer } from '../../../src/secl/work.ts';
import { createStandInLanguageModel } from '../../../src/adapters/memory/stand-in-language-model.ts';
import { adapterRecord } from '../../support/learning-fixture.ts';
import { manualClock, type ManualClock } from '../../support/manual-clock.ts';
import { operatorContract } from '../../support/operator-contract.ts';
import { jsonCodec, recordBatch, recordOf } from '../../support/operator-fixture.ts';
import { ORIGIN, written } from '../../support/secl-fixture.ts';

const model = createStandInLanguageModel().description;
const fresh = restoreAnswerState(new Map());

function options(over: Partial<PublishOptions> = {}): PublishOptions {
  return {
    topics: { answers: 'answers', deadLetters: 'dead' },
    answerCodec: jsonCodec<Answer>(),
    deadLetterCodec: jsonCodec<DeadLetter>(),
    model,
    published: 'verbalized',
    scores: ['verbalized'],
    stateEntries: new Map([['mark', Uint8Array.of(7)]]),
    clock: manualClock(),
    ...over,
  };
}

const score = (
  name: ScoreName,
  value: number,
  adapterVersion = 0,
): WrittenAnswer['scores'][number] =>
  presentScore(name, value, { model: 'scripted', adapterVersion }, { normalization: 'none' });

/** An answered batch; `null` in the place of an answer: the record was refused. */
function answered(
  records: readonly IncomingRecord[],
  answers: readonly (WrittenAnswer | null)[],
): AnsweredBatch {
  const pairs = records.map((record, i) => ({ record, answer: answers[i] ?? null }));
  return {
    ...recordBatch(records),
    ...NO_LOOP,
    startedMs: 1_700_000_000_000,
    planned: pairs.flatMap(({ record, answer }) =>
      answer === null ? [] : [{ record, plan: answer }],
    ),
    answers: pairs.flatMap(({ answer }) => answer ?? []),
    unanswerable: pairs.flatMap(({ record, answer }) =>
      answer === null ? [{ record, code: 'RECORD_INVALID', reason: 'bad' }] : [],
    ),
  };
}

const answerFor = (id: string, over: Partial<WrittenAnswer> = {}): WrittenAnswer => ({
  ...written('Lima', { id }),
  scores: [score('verbalized', 0.4), score('tokenCertainty', 0.9)],
  ...over,
});

async function publish(
  batches: readonly AnsweredBatch[],
  over: Partial<PublishOptions> = {},
): Promise<PublishedBatch[]> {
  return lastValueFrom(from(batches).pipe(publishAnswers(fresh, options(over)), toArray()));
}

operatorContract('publishAnswers', () => ({
  operator: publishAnswers(fresh, options()),
  items: [
    answered([recordOf(4, {}), recordOf(6, {})], [answerFor('q4'), null]),
    answered([recordOf(9, {})], [answerFor('q4')]),
  ],
  show: ({ commit, state, answers }) => [
    Number(commit.nextOffset),
    state.consumed,
    answers.map((answer) => [answer.questionId, answer.duplicateOf]),
  ],
  // The state starts afresh for each subscriber: otherwise q4 would be a repeat the second time.
  expected: [
    [7, 2, [['q4', null]]],
    [10, 3, [['q4', 4]]],
  ],
}));

test('one out for one in, at once', () => {
  new TestScheduler((actual, expected) => {
    assert.deepEqual(actual, expected);
  }).run(({ cold, expectObservable, expectSubscriptions }) => {
    const a = answered([recordOf(0, {})], [answerFor('q0')]);
    const b = answered([recordOf(1, {})], [null]);
    const source$ = cold('-a-(b|)', { a, b });
    const consumed$ = source$.pipe(
      publishAnswers(fresh, options()),
      map(({ state }) => state.consumed),
    );
    expectObservable(consumed$).toBe('-a-(b|)', { a: 1, b: 2 });
    expectObservable(consumed$, '--!').toBe('-a', { a: 1 });
    expectSubscriptions(source$.subscriptions).toBe(['^--!', '^-!']);
  });
});

test('one commit holds answers and letters in the order of their records, state, and the next offset', async () => {
  const headers = { traceparent: Uint8Array.of(1, 2) };
  const records = [recordOf(3, {}), recordOf(5, Uint8Array.of(9), { headers }), recordOf(8, {})];
  const [batch] = await publish([answered(records, [answerFor('q3'), null, answerFor('q8')])]);
  assert.equal(batch?.commit.nextOffset, 9n);
  assert.deepEqual(
    batch.commit.records.map(({ topic, partition, key, headers: sent }) => [
      topic,
      partition,
      new TextDecoder().decode(key ?? undefined),
      sent,
    ]),
    [
      ['answers', 2, 'q3', {}],
      ['dead', 2, 'key5', headers],
      ['answers', 2, 'q8', {}],
    ],
  );
  assert.deepEqual(batch.deadLetters, [
    {
      sourceTopic: 'questions',
      sourcePartition: 2,
      sourceOffset: 5,
      code: 'RECORD_INVALID',
      reason: 'bad',
      key: records[1]?.key,
      value: Uint8Array.of(9),
      failedAtMs: 1_700_000_000_000,
    },
  ]);
  assert.deepEqual(batch.commit.state.get('mark'), Uint8Array.of(7));
  const restored = restoreAnswerState(batch.commit.state as ReadonlyMap<string, Uint8Array>);
  assert.deepEqual(restored, batch.state);
  assert.deepEqual(
    [batch.state.consumed, batch.state.answered, batch.state.deadLettered],
    [3, 2, 1],
  );
});

test('an answer’s record says everything, and of its scores those that are published', async () => {
  const clock: ManualClock = manualClock();
  const batch = answered(
    [recordOf(3, {})],
    [
      answerFor('q3', {
        computed: { answer: 5, confidence: 7, scoring: 11 },
        finishReason: 'length',
      }),
    ],
  );
  clock.move(250);
  const [result] = await publish([batch], { clock });
  const [answer] = result?.answers ?? [];
  assert.deepEqual(answer?.forwardTokens, {
    answer: 5,
    confidence: 7,
    scoring: 11,
    training: 0,
    total: 23,
  });
  assert.deepEqual(
    answer.scores.map(({ name }) => name),
    ['verbalized'],
  );
  assert.deepEqual(
    [answer.questionId, answer.sourceTopic, answer.sourcePartition, answer.sourceOffset],
    ['q3', 'questions', 2, 3],
  );
  assert.deepEqual([answer.answeredAtMs, answer.durationMs], [1_700_000_000_250, 250]);
  assert.deepEqual(
    [answer.text, answer.extracted, answer.finishReason],
    ['Lima', 'Lima', 'length'],
  );
  assert.deepEqual([answer.model, answer.modelFingerprint], [model.name, model.fingerprint]);
  const decoded = jsonCodec<Answer>().decode(result?.commit.records[0]?.value ?? new Uint8Array());
  assert.deepEqual(decoded, { ok: true, value: answer });
});

test('the published confidence names its source and the adapter that acted; missing stays missing', async () => {
  const of = async (scores: WrittenAnswer['scores']): Promise<unknown> => {
    const [batch] = await publish([answered([recordOf(0, {})], [answerFor('q0', { scores })])]);
    return batch?.answers[0]?.published;
  };
  assert.deepEqual(await of([score('verbalized', 0.25, 4)]), {
    value: 0.25,
    source: 'verbalized',
    adapterVersion: 4,
  });
  const nothing = { value: null, source: 'verbalized', adapterVersion: 0 };
  assert.deepEqual(await of([missingScore('verbalized', 'why', ORIGIN)]), nothing);
  assert.deepEqual(await of([score('pTrue', 0.9)]), nothing);
});

const LOOP: NonNullable<PublishOptions['loop']> = {
  topics: { trainingBatches: 'batches', adapters: 'adapters', adapterDecisions: 'decisions' },
  codecs: {
    trainingBatch: jsonCodec<TrainingBatch>(),
    adapter: jsonCodec<AdapterRecord>(),
    adapterDecision: jsonCodec<AdapterDecision>(),
  },
};

test('the loop’s records and entries go with the same commit, after the answers', async () => {
  const records = [recordOf(3, {})];
  const settled: AnsweredBatch['settled'] = [
    {
      record: adapterRecord(1),
      decision: {
        lineage: 'line',
        version: 1,
        decision: 'refused',
        code: 'MEAN_MOVED',
        reason: 'a reason',
        activeVersion: 0,
        decidedAtMs: 1,
      },
    },
  ];
  const trainingBatch = { lineage: 'line', ordinal: 2 } as TrainingBatch;
  const looped: AnsweredBatch = {
    ...answered(records, [answerFor('q3')]),
    settled,
    trainingBatch,
    loopEntries: new Map([
      ['learning/tally', Uint8Array.of(5)],
      ['learning/memory/000001', null],
    ]),
  };
  const [batch] = await publish([looped], { loop: LOOP });
  assert.deepEqual(
    batch?.commit.records.map(({ topic }) => topic),
    ['answers', 'adapters', 'decisions', 'batches'],
  );
  assert.deepEqual(batch.commit.state.get('learning/tally'), Uint8Array.of(5));
  assert.equal(batch.commit.state.get('learning/memory/000001'), null);
  assert.deepEqual(batch.commit.state.get('mark'), Uint8Array.of(7));
  assert.deepEqual([batch.settled, batch.trainingBatch], [settled, trainingBatch]);
  const [without] = await publish([looped]);
  assert.equal(without?.commit.records.length, 1, 'without a loop its records go nowhere');
});

test('a verbalized confidence is published as it was spoken, with the adapter that acted on it', async () => {
  const spoken: NonNullable<WrittenAnswer['spoken']> = {
    name: 'verbalized',
    confidence: 0.75,
    mass: 0.9,
    promptIds: [1],
    adaptFrom: 0,
    adapterVersion: 6,
    previous: 0.5,
  };
  const tried: unknown[] = [];
  const of = async (over: Partial<WrittenAnswer>): Promise<unknown> => {
    const batch = answered([recordOf(0, {})], [answerFor('q0', over)]);
    const [result] = await publish([{ ...batch, adapterVersion: 5 }]);
    const [answer] = result?.answers ?? [];
    tried.push(answer?.previousConfidence);
    return answer?.published;
  };
  assert.deepEqual(await of({ spoken }), { value: 0.75, source: 'verbalized', adapterVersion: 6 });
  const other = { ...spoken, name: 'verbalizedWithEvidence' as const };
  assert.deepEqual(await of({ spoken: other }), {
    value: 0.4,
    source: 'verbalized',
    adapterVersion: 0,
  });
  assert.deepEqual(tried, [0.5, null], 'beside it what the adapter before would have had');
});

test('each answer carries the gate’s reading of it, past records that were refused', async () => {
  const reading = (burst: number): GateReading => ({
    burst,
    positionInBurst: 1,
    incident: burst,
    alarm: false,
    statistics: { entropy: 0.5 },
    thresholds: {},
  });
  const records = [recordOf(3, {}), recordOf(4, {}), recordOf(5, {})];
  const batch = answered(records, [answerFor('q3'), null, answerFor('q5')]);
  const [result] = await publish([{ ...batch, gate: [reading(1), reading(2)] }]);
  assert.deepEqual(
    result?.answers.map(({ gate }) => gate),
    [reading(1), reading(2)],
  );
  const [ungated] = await publish([batch]);
  assert.deepEqual(
    ungated?.answers.map(({ gate }) => gate),
    [null, null],
  );
});

test('an answer after its deadline says so; at the deadline it is in time', async () => {
  const nowMs = 1_700_000_000_000;
  const late = await publish(
    [nowMs - 1, nowMs, null].map((deadlineMs, i) => {
      const answer = answerFor(`q${i}`);
      return answered(
        [recordOf(i, {})],
        [{ ...answer, question: { ...answer.question, deadlineMs } }],
      );
    }),
  );
  assert.deepEqual(
    late.map((batch) => batch.answers[0]?.late),
    [true, false, false],
  );
});

test('a letter for a huge record is cut, or it could not be written and would end the stream', async () => {
  const huge = new Uint8Array(DEAD_LETTER_BYTES + 1).fill(7);
  const whole = huge.slice(1);
  const [batch] = await publish([answered([recordOf(0, huge), recordOf(1, whole)], [null, null])]);
  const [cut, kept] = batch?.deadLetters ?? [];
  assert.equal(cut?.value?.length, DEAD_LETTER_BYTES);
  assert.match(cut.reason, /the first 524288 of 524289 bytes/);
  assert.deepEqual([kept?.value?.length, kept?.reason], [DEAD_LETTER_BYTES, 'bad']);
});

test('a letter’s key is cut as the letter says', async () => {
  const record = { ...recordOf(0, Uint8Array.of(1)), key: new Uint8Array(700_000) };
  const [batch] = await publish([answered([record], [null])]);
  assert.equal(batch?.commit.records[0]?.key?.length, DEAD_LETTER_KEY_BYTES);
  assert.equal(batch.deadLetters[0]?.key?.length, DEAD_LETTER_KEY_BYTES);
});

test('headers too large to go with an answer are left out', async () => {
  const headers = { big: new Uint8Array(70_000) };
  const [batch] = await publish([answered([recordOf(0, {}, { headers })], [answerFor('q0')])]);
  assert.deepEqual(batch?.commit.records[0]?.headers, {});
});

test('a record that is neither answered nor refused is never dropped in silence', async () => {
  const batch = { ...answered([recordOf(0, {})], [null]), unanswerable: [] };
  const [result] = await publish([batch]);
  assert.equal(result?.deadLetters[0]?.code, 'RECORD_INVALID');
});

test('a codec that throws ends the stream with its error', async () => {
  const answerCodec = {
    ...jsonCodec<Answer>(),
    encode: () => {
      throw new Error('defect');
    },
  };
  const batch = answered([recordOf(0, {})], [answerFor('q0')]);
  await assert.rejects(publish([batch], { answerCodec }), /defect/);
});
