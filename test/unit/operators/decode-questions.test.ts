import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastValueFrom, map, of } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { Question } from '../../../src/events/question.ts';
import {
  decodeQuestions,
  QUESTION_BYTES,
  type DecodeOptions,
} from '../../../src/operators/decode-questions.ts';
import type { PlannedBatch } from '../../../src/operators/question-batch.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { operatorContract } from '../../support/operator-contract.ts';
import { jsonCodec, recordBatch, recordOf } from '../../support/operator-fixture.ts';
import { scoringOptions, tokenizer } from '../../support/secl-fixture.ts';

function options(over: Partial<DecodeOptions> = {}): DecodeOptions {
  const codec = jsonCodec<Question>();
  return { codec, tokenizer, scoring: scoringOptions(), clock: manualClock(), ...over };
}

const idsOf = (batch: PlannedBatch): string[] => batch.planned.map(({ plan }) => plan.question.id);

operatorContract('decodeQuestions', () => ({
  operator: decodeQuestions(options()),
  items: [
    recordBatch([recordOf(0, {}), recordOf(1, {})]),
    recordBatch([recordOf(2, new Uint8Array([1]))]),
  ],
  show: (batch) => [idsOf(batch), batch.unanswerable.length],
  expected: [
    [['q0', 'q1'], 0],
    [[], 1],
  ],
}));

test('one out for one in, at once, with the prompts of its questions', () => {
  new TestScheduler((actual, expected) => {
    assert.deepEqual(actual, expected);
  }).run(({ cold, expectObservable, expectSubscriptions }) => {
    const a = recordBatch([recordOf(0, {})]);
    const b = recordBatch([recordOf(5, {}), recordOf(6, {})]);
    const source$ = cold('-a-b--|', { a, b });
    const decoded$ = source$.pipe(
      decodeQuestions(options()),
      map((batch) => batch.planned.map(({ plan }) => plan.promptIds)),
    );
    const promptIds = tokenizer.encodeChat([
      { role: 'system', content: 'Say it.' },
      { role: 'user', content: 'What is it?' },
    ]);
    expectObservable(decoded$).toBe('-a-b--|', { a: [promptIds], b: [promptIds, promptIds] });
    expectObservable(decoded$, '--!').toBe('-a', { a: [promptIds] });
    expectSubscriptions(source$.subscriptions).toBe(['^-----!', '^-!']);
  });
});

test('a batch says when work on it began', async () => {
  const clock = manualClock();
  clock.move(5);
  const result$ = of(recordBatch([recordOf(0, {})])).pipe(decodeQuestions(options({ clock })));
  assert.equal((await lastValueFrom(result$)).startedMs, 1_700_000_000_005);
});

test('what cannot be read or asked is a value with its reason, and keeps its record', async () => {
  const huge = new Uint8Array(QUESTION_BYTES + 1);
  const batch = recordBatch([
    recordOf(0, new TextEncoder().encode('{')),
    recordOf(1, null),
    recordOf(2, { text: 'fine?' }),
    recordOf(3, { text: ' ' }),
    recordOf(4, { text: 'long '.repeat(400) }),
    recordOf(5, huge),
  ]);
  const result = await lastValueFrom(of(batch).pipe(decodeQuestions(options())));
  assert.deepEqual(idsOf(result), ['q2']);
  assert.deepEqual(
    result.unanswerable.map(({ record, code, reason }) => [Number(record.offset), code, reason]),
    [
      [0, 'RECORD_INVALID', 'not JSON'],
      [1, 'RECORD_INVALID', 'the record is empty'],
      [3, 'RECORD_INVALID', 'the question has no text'],
      [4, 'CONTEXT_OVERFLOW', 'the question has 2002 characters, the limit is 500'],
      [5, 'RECORD_TOO_LARGE', 'the record has 131073 bytes, the limit is 131072'],
    ],
  );
  assert.equal(result.records, batch.records, 'nothing is lost on the way');
});

test('a codec that throws ends the stream with its error: that is a defect, not bad data', async () => {
  const codec = {
    ...jsonCodec<Question>(),
    decode: () => {
      throw new Error('defect');
    },
  };
  const result$ = of(recordBatch([recordOf(0, {})])).pipe(decodeQuestions(options({ codec })));
  await assert.rejects(lastValueFrom(result$), /defect/);
});
