import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Feedback } from '../../../src/events/feedback.ts';
import {
  calibrationChanges,
  restoreCalibration,
} from '../../../src/operators/calibration-entries.ts';
import {
  EMPTY_CALIBRATION,
  stepCalibration,
  type CalibrationState,
} from '../../../src/operators/calibration-state.ts';
import { EMPTY_VERDICT, type VerdictState } from '../../../src/verdict/step-verdict.ts';

const options = { size: 2, step: 2, correctable: 1 };
const label = (questionId: string, labelledAtMs: number): Feedback => ({
  questionId,
  acceptedAnswers: [],
  correct: true,
  labelledAtMs,
});

const withLabels = (state: CalibrationState, labels: readonly Feedback[]): CalibrationState =>
  stepCalibration(state, { answers: [], labels, feedbackOffset: 9 }, options, () => true).state;

test('nothing committed is the empty state', () => {
  assert.equal(restoreCalibration(new Map()), EMPTY_CALIBRATION);
  assert.equal(
    restoreCalibration(new Map([['answers/tally', Uint8Array.of(1)]])),
    EMPTY_CALIBRATION,
  );
});

test('labels are restored in the order they came, whatever dates they carry', () => {
  // The oldest to arrive is given up first; after a restart it must be the same one.
  const first = withLabels(EMPTY_CALIBRATION, [label('late', 30), label('b', 10), label('a', 10)]);
  const state = withLabels(first, [label('b', 50)]);
  const entries = new Map<string, Uint8Array>();
  for (const [before, after] of [
    [EMPTY_CALIBRATION, first],
    [first, state],
  ] as const)
    for (const [key, value] of calibrationChanges(before, after)) {
      if (value === null) entries.delete(key);
      else entries.set(key, value);
    }
  const restored = restoreCalibration(entries);
  assert.deepEqual([...restored.pending.keys()], [...state.pending.keys()]);
  assert.deepEqual([...restored.pending.keys()], ['late', 'a', 'b']);
  assert.deepEqual(restored, state);
  assert.equal(restored.labelsRead, 4);
});

test('only what differs is written', () => {
  const state = withLabels(EMPTY_CALIBRATION, [label('a', 1)]);
  const changes = calibrationChanges(state, withLabels(state, [label('b', 2)]));
  assert.deepEqual([...changes.keys()], ['calibration/label/b', 'calibration/tally']);
  const answer = {
    answer: {
      questionId: 'a',
      style: 'short' as const,
      text: '',
      extracted: null,
      domain: null,
      scores: [],
      published: { value: null, source: 'pTrue', adapterVersion: 0 },
      duplicateOf: null,
      answeredAtMs: 3,
      gate: null,
    },
    offset: 4,
  } as unknown as Parameters<typeof stepCalibration>[1]['answers'][number];
  const { state: matched } = stepCalibration(
    state,
    { answers: [answer], labels: [], feedbackOffset: 9 },
    options,
    () => true,
  );
  assert.deepEqual(
    [...calibrationChanges(state, matched)].map(([key, value]) => [key, value === null]),
    [
      ['calibration/row/0', false],
      ['calibration/label/a', true],
      ['calibration/tally', false],
    ],
  );
});

test('verdicts are restored in their order, and forgotten ones deleted', () => {
  const verdictOf = (sinceMs: number): VerdictState => ({ ...EMPTY_VERDICT, sinceMs });
  const withVerdicts = (...scopes: [string, VerdictState][]): CalibrationState => ({
    ...EMPTY_CALIBRATION,
    verdicts: new Map(scopes),
  });
  const b = verdictOf(2);
  const first = withVerdicts(['b', b], ['a', verdictOf(1)]);
  const second = withVerdicts(['c', verdictOf(3)], ['b', b]);
  const entries = new Map<string, Uint8Array>();
  for (const changes of [
    calibrationChanges(EMPTY_CALIBRATION, first),
    calibrationChanges(first, second),
  ])
    for (const [key, value] of changes) {
      if (value === null) entries.delete(key);
      else entries.set(key, value);
    }
  assert.deepEqual([...restoreCalibration(entries).verdicts], [...second.verdicts]);
  assert.equal(entries.has('calibration/verdict/a'), false);
});
