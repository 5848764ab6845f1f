import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelAnswers, labelsOf } from '../../../src/app/label-answers.ts';
import type { Answer } from '../../../src/events/answer.ts';
import type { Feedback } from '../../../src/events/feedback.ts';
import { matchFeedback } from '../../../src/streams/match-feedback.ts';

const label = (questionId: string, accepted: string): Feedback => ({
  questionId,
  acceptedAnswers: [accepted],
  correct: null,
  labelledAtMs: 0,
});

const answer = (questionId: string, sourceOffset: number, extracted: string): Answer =>
  ({
    questionId,
    sourceOffset,
    domain: null,
    style: 'short',
    text: extracted,
    extracted,
    scores: [],
    published: { value: null, source: 'pTrue', adapterVersion: 0 },
  }) as unknown as Answer;

test('a position counts answers and dead letters, whatever the gaps between offsets', () => {
  const labels = [label('a', 'x'), label('b', 'x'), label('a', 'y'), null, label('a', 'z')];
  const rows = labelAnswers(
    {
      answers: [answer('a', 3, 'x'), answer('a', 40, 'y'), answer('a', 90, 'y')],
      deadLetters: [{ sourceOffset: 60 }, { sourceOffset: 9 }],
    },
    0,
    labels,
    matchFeedback,
  );
  assert.deepEqual(
    rows.map(({ index, correct }) => [index, correct]),
    [
      [0, true],
      [2, true],
      [4, false],
    ],
  );
  const later = labelAnswers(
    { answers: [answer('a', 90, 'z')], deadLetters: [{ sourceOffset: 60 }] },
    3,
    labels,
    matchFeedback,
  );
  assert.deepEqual(
    later.map(({ index, correct }) => [index, correct]),
    [[4, true]],
  );
});

test('a label of another question is never counted: records must be missing', () => {
  assert.throws(
    () =>
      labelAnswers(
        { answers: [answer('b', 7, 'x')], deadLetters: [] },
        0,
        [label('a', 'x'), label('b', 'x')],
        matchFeedback,
      ),
    { code: 'PRECONDITION' },
  );
});

test('lines that hold no question, or no label, have none', () => {
  const items = [
    { question: { id: 'a' }, feedback: label('a', 'x') },
    { bytes: new Uint8Array() },
    { question: { id: 'b' }, feedback: null },
  ] as unknown as Parameters<typeof labelsOf>[0]['items'];
  assert.deepEqual(labelsOf({ name: 's', hash: 'h', items }), [label('a', 'x'), null, null]);
});
