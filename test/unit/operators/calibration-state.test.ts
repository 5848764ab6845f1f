import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Answer } from '../../../src/events/answer.ts';
import type { Feedback } from '../../../src/events/feedback.ts';
import {
  calibrationChanges,
  restoreCalibration,
} from '../../../src/operators/calibration-entries.ts';
import {
  EMPTY_CALIBRATION,
  PENDING_LABELS,
  stepCalibration,
  type AnswerAt,
  type CalibrationState,
  type Matcher,
  type WindowCut,
} from '../../../src/operators/calibration-state.ts';

const options = { size: 4, step: 4, correctable: 3 };
const match: Matcher = (answer, label) => label.acceptedAnswers.includes(answer.text);

function answerAt(i: number): AnswerAt {
  const answer = {
    questionId: `q${i}`,
    style: 'short',
    text: i % 2 === 0 ? 'yes' : 'no',
    extracted: null,
    domain: i % 3 === 0 ? 'threes' : null,
    scores: [{ name: 'pTrue', value: i % 5 === 0 ? null : 0.5 }],
    published: { value: 0.25, source: 'pTrue', adapterVersion: 0 },
    duplicateOf: null,
    answeredAtMs: 1000 + i,
    gate: null,
  } as unknown as Answer;
  return { answer, offset: 10 + i };
}

function label(i: number): Feedback {
  return { questionId: `q${i}`, acceptedAnswers: ['yes'], correct: null, labelledAtMs: i };
}

/** Newest revision of each window: what a reader of the topic ends up with. */
function newest(cuts: readonly WindowCut[]): Map<number, unknown> {
  const windows = new Map<number, unknown>();
  for (const cut of cuts)
    windows.set(
      cut.ordinal,
      cut.rows.map((row) => [row.questionId, row.correct]),
    );
  return windows;
}

test('a window closes with its last answer and is corrected by late labels', () => {
  const first = stepCalibration(
    EMPTY_CALIBRATION,
    { answers: [0, 1, 2, 3].map(answerAt), labels: [label(0)], feedbackOffset: 1 },
    options,
    match,
  );
  assert.deepEqual(
    first.cuts.map((cut) => [cut.ordinal, cut.revision]),
    [[0, 0]],
  );
  assert.deepEqual(
    first.cuts[0]?.rows.map((row) => row.correct),
    [true, null, null, null],
  );
  const later = stepCalibration(
    first.state,
    { answers: [], labels: [label(3), label(1)], feedbackOffset: 3 },
    options,
    match,
  );
  assert.deepEqual(
    later.cuts.map((cut) => [cut.ordinal, cut.revision]),
    [[0, 1]],
  );
  assert.deepEqual(
    later.cuts[0]?.rows.map((row) => row.correct),
    [true, false, null, false],
  );
  assert.equal(later.state.feedbackOffset, 3);
});

test('sliding windows overlap', () => {
  const sliding = { size: 4, step: 2, correctable: 3 };
  const { cuts } = stepCalibration(
    EMPTY_CALIBRATION,
    { answers: [0, 1, 2, 3, 4, 5, 6].map(answerAt), labels: [], feedbackOffset: 0 },
    sliding,
    match,
  );
  assert.deepEqual(
    cuts.map((cut) => cut.rows.map((row) => row.questionId)),
    [
      ['q0', 'q1', 'q2', 'q3'],
      ['q2', 'q3', 'q4', 'q5'],
    ],
  );
});

test('however answers and labels interleave, each window ends up the same, restarts included', () => {
  const n = 11;
  const order = fc.shuffledSubarray(
    [...Array(n).keys()].map((i) => ({ label: i })),
    { minLength: n, maxLength: n },
  );
  fc.assert(
    fc.property(order, fc.array(fc.nat(3), { minLength: 30, maxLength: 30 }), (labels, cutsAt) => {
      const wide = { size: 4, step: 4, correctable: 100 };
      let state: CalibrationState = EMPTY_CALIBRATION;
      const entries = new Map<string, Uint8Array>();
      const cuts: WindowCut[] = [];
      let a = 0;
      let l = 0;
      for (let turn = 0; a < n || l < n; turn++) {
        const take = cutsAt[turn % cutsAt.length] ?? 1;
        const answers =
          turn % 2 === 0 ? Array.from({ length: Math.min(take, n - a) }, () => answerAt(a++)) : [];
        const known = turn % 2 === 1 ? labels.slice(l, l + take) : [];
        l += known.length;
        if (turn > 500) break;
        const before = restoreCalibration(entries);
        assert.deepEqual(before, state, 'what was committed restores the state');
        const step = stepCalibration(
          before,
          { answers, labels: known.map((k) => label(k.label)), feedbackOffset: l },
          wide,
          match,
        );
        for (const [key, value] of calibrationChanges(before, step.state))
          if (value === null) entries.delete(key);
          else entries.set(key, value);
        state = step.state;
        cuts.push(...step.cuts);
      }
      fc.pre(a === n && l === n);
      const expected = stepCalibration(
        EMPTY_CALIBRATION,
        {
          answers: Array.from({ length: n }, (_, i) => answerAt(i)),
          labels: Array.from({ length: n }, (_, i) => label(i)),
          feedbackOffset: n,
        },
        wide,
        match,
      );
      assert.deepEqual(newest(cuts), newest(expected.cuts));
    }),
    { numRuns: 200 },
  );
});

test('rows beyond the correctable windows are forgotten', () => {
  const { state } = stepCalibration(
    EMPTY_CALIBRATION,
    { answers: Array.from({ length: 100 }, (_, i) => answerAt(i)), labels: [], feedbackOffset: 0 },
    options,
    match,
  );
  assert.equal(state.rows.size, 12);
  assert.equal(state.revisions.size, 3);
});

test('labels without answers are bounded: the oldest are given up', () => {
  const labels = Array.from({ length: PENDING_LABELS + 2 }, (_, i) => label(i));
  const { state } = stepCalibration(
    EMPTY_CALIBRATION,
    { answers: [], labels, feedbackOffset: labels.length },
    options,
    match,
  );
  assert.equal(state.pending.size, PENDING_LABELS);
  assert.equal(state.pending.has('q1'), false);
  assert.equal(state.pending.has('q2'), true);
});

test('a newer label of a question takes the place of the older one', () => {
  const right = { ...label(0), acceptedAnswers: ['yes'] };
  const wrong = { ...label(0), acceptedAnswers: ['other'] };
  const { state } = stepCalibration(
    EMPTY_CALIBRATION,
    { answers: [], labels: [wrong, right], feedbackOffset: 2 },
    options,
    match,
  );
  const later = stepCalibration(
    state,
    { answers: [answerAt(0)], labels: [], feedbackOffset: 2 },
    options,
    match,
  );
  assert.equal(later.state.rows.get(0)?.correct, true);
  assert.equal(later.state.pending.size, 0);
});

/** The answer to another record with the id of `i`. */
function repeatAt(i: number, offset: number): AnswerAt {
  const { answer } = answerAt(i);
  return { answer: { ...answer, text: 'other', duplicateOf: 1 }, offset };
}

/** What a window of two answers says in the end, read in these steps. */
function pairOf(steps: readonly (AnswerAt | Feedback)[][]): unknown {
  let state = EMPTY_CALIBRATION;
  const cuts: WindowCut[] = [];
  for (const step of steps) {
    const result = stepCalibration(
      state,
      {
        answers: step.filter((item): item is AnswerAt => 'answer' in item),
        labels: step.filter((item): item is Feedback => 'questionId' in item),
        feedbackOffset: 0,
      },
      { size: 2, step: 2, correctable: 3 },
      match,
    );
    state = result.state;
    cuts.push(...result.cuts);
  }
  return cuts.at(-1)?.rows.map((row) => row.correct);
}

test('a label belongs to the first answer of its id, whenever it comes; a repeat takes none', () => {
  const [first, repeat] = [answerAt(0), repeatAt(0, 30)];
  for (const steps of [
    [[label(0), first, repeat]],
    [[label(0)], [first], [repeat]],
    [[first], [label(0)], [repeat]],
    [[first, repeat], [label(0)]],
    [[first, repeat, label(0)]],
  ])
    assert.deepEqual(pairOf(steps), [true, null]);
  // The repeat is in the window, the first answer in none that can be corrected any more.
  assert.deepEqual(pairOf([[repeat, answerAt(1)], [label(0)]]), [null, null]);
  assert.deepEqual(pairOf([[label(0)], [repeat, answerAt(1)]]), [null, null]);
});

test('of several labels the newest counts, whether the answer came before or after', () => {
  const wrong = { ...label(0), acceptedAnswers: ['other'] };
  const [first, second] = [answerAt(0), answerAt(1)];
  for (const steps of [
    [
      [wrong, label(0)],
      [first, second],
    ],
    [[wrong, first], [label(0)], [second]],
    [[wrong, first, second], [label(0)]],
  ])
    assert.deepEqual(pairOf(steps), [true, null]);
});

test('a label that comes again corrects nothing and is not published again', () => {
  const step = (state: CalibrationState, labels: readonly Feedback[], answers: AnswerAt[]) =>
    stepCalibration(state, { answers, labels, feedbackOffset: 1 }, options, match);
  const first = step(EMPTY_CALIBRATION, [label(0)], [0, 1, 2, 3].map(answerAt));
  const again = step(first.state, [label(0)], []);
  assert.deepEqual(again.cuts, []);
  assert.equal(again.state.pending.size, 0);
});

/** An answer at which the gate has noticed so many changes. */
const noticing = (i: number, incident: number): AnswerAt => {
  const at = answerAt(i);
  return { ...at, answer: { ...at.answer, gate: { incident, alarm: false } as Answer['gate'] } };
};

test('a change noticed after a window is told with that window again, wherever steps are cut', () => {
  const answers = [
    ...[0, 1, 2, 3, 4].map((i) => noticing(i, 1)),
    ...[5, 6].map((i) => noticing(i, 2)),
  ];
  for (const cuts of [[7], [5, 2], [4, 1, 1, 1]]) {
    let state: CalibrationState = EMPTY_CALIBRATION;
    const seen: WindowCut[] = [];
    let from = 0;
    for (const length of cuts) {
      const input = { answers: answers.slice(from, from + length), labels: [], feedbackOffset: 0 };
      const step = stepCalibration(state, input, { ...options, correctable: 0 }, match);
      seen.push(...step.cuts);
      state = step.state;
      from += length;
    }
    assert.deepEqual(
      seen.map(({ ordinal, revision, rows, standing }) => [
        ordinal,
        revision,
        rows.length,
        standing,
      ]),
      [
        [0, 0, 4, { count: 4, untilMs: 1003, incident: 1, noticedAt: 0 }],
        [0, 1, 4, { count: 6, untilMs: 1005, incident: 2, noticedAt: 5 }],
      ],
    );
  }
});

test('where no window may be corrected, a late label corrects none', () => {
  const only = { ...options, correctable: 0 };
  const first = stepCalibration(
    EMPTY_CALIBRATION,
    { answers: [0, 1, 2, 3].map(answerAt), labels: [], feedbackOffset: 0 },
    only,
    match,
  );
  const late = stepCalibration(
    first.state,
    { answers: [], labels: [label(0)], feedbackOffset: 1 },
    only,
    match,
  );
  assert.deepEqual(late.cuts, []);
});

test('the clock closes the open window as far as it is; it is published again when it is full', () => {
  let state = EMPTY_CALIBRATION;
  const step = (answers: number[], labels: number[], tick = false): unknown[] => {
    const result = stepCalibration(
      state,
      { answers: answers.map(answerAt), labels: labels.map(label), feedbackOffset: 0, tick },
      options,
      match,
    );
    state = result.state;
    // What was committed restores exactly what it came to.
    assert.deepEqual(restored(state), state);
    return result.cuts.map(({ ordinal, revision, rows }) => [ordinal, revision, rows.length]);
  };
  assert.deepEqual(step([0, 1], [], true), [[0, 0, 2]]);
  assert.deepEqual(step([], [], true), [], 'nothing has come since');
  assert.deepEqual(step([], [0]), [[0, 1, 2]], 'a label corrects it');
  assert.deepEqual(step([2], [], true), [[0, 2, 3]]);
  // The window that fills up and the next one, of which a label came along.
  assert.deepEqual(step([3, 4], [1, 4], true), [
    [0, 3, 4],
    [1, 0, 1],
  ]);
  assert.deepEqual(step([5, 6, 7], []), [[1, 1, 4]]);
  assert.deepEqual(step([], [], true), [], 'no window is open');
});

/** A state as its entries restore it. */
function restored(state: CalibrationState): CalibrationState {
  const entries = new Map<string, Uint8Array>();
  for (const [key, value] of calibrationChanges(EMPTY_CALIBRATION, state))
    if (value !== null) entries.set(key, value);
  return restoreCalibration(entries);
}
