import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DashboardInput } from '../../../src/dashboard-view/dashboard-input.ts';
import { DASHBOARD_LIMITS } from '../../../src/dashboard-view/dashboard-limits.ts';
import {
  EMPTY_DASHBOARD,
  type DashboardState,
} from '../../../src/dashboard-view/dashboard-state.ts';
import { stepDashboard } from '../../../src/dashboard-view/step-dashboard.ts';
import type { AdapterDecision } from '../../../src/events/adapter-decision.ts';
import {
  adapterOf,
  answerOf,
  byVerdict,
  decisionOf,
  input,
  labelInput,
  letterOf,
  reading,
  stated,
  windowOf,
} from '../../support/dashboard-fixture.ts';

const fold = (
  inputs: readonly DashboardInput[],
  state: DashboardState = EMPTY_DASHBOARD,
): DashboardState => stepDashboard(state, inputs, byVerdict);
const correctOf = (state: DashboardState): (boolean | null)[] =>
  state.rows.map(({ correct }) => correct);

test('no record changes nothing', () => {
  assert.equal(fold([]), EMPTY_DASHBOARD);
});

test('a label finds its answer, whichever comes first', () => {
  const answers = [0, 1, 2].map((i) => input('answer', answerOf(i)));
  const labels = [labelInput(0, true), labelInput(2, false)];
  const early = fold([...labels, ...answers]);
  const late = fold(labels, fold(answers));
  assert.deepEqual(correctOf(early), [true, null, false]);
  assert.deepEqual(correctOf(late), [true, null, false]);
  assert.equal(early.counts.labelled, 2);
  assert.equal(late.counts.labelled, 2);
  assert.equal(early.pending.size, 0);
});

test('one step or many, the state is the same', () => {
  const records = Array.from({ length: 30 }, (_, i) => [
    input('answer', answerOf(i)),
    labelInput((i * 7) % 30, i % 3 === 0),
    input('window', windowOf({ ordinal: i % 5, revision: i })),
    input('decision', decisionOf({ version: i })),
    input('dead-letter', letterOf({ sourceOffset: i })),
  ]).flat();
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 20 }), (cuts) => {
      let state = EMPTY_DASHBOARD;
      let from = 0;
      for (const cut of [...cuts, records.length]) {
        state = fold(records.slice(from, from + cut), state);
        from += cut;
      }
      assert.deepEqual(state, fold(records));
    }),
  );
});

test('the newest label of an answer counts; one that tells nothing takes the old one away', () => {
  const state = fold([input('answer', answerOf(0)), labelInput(0, true)]);
  assert.deepEqual(correctOf(fold([labelInput(0, false)], state)), [false]);
  const gone = fold([labelInput(0, null)], state);
  assert.deepEqual(correctOf(gone), [null]);
  assert.equal(gone.counts.labelled, 0);
});

test('a label belongs to the first answer of its id', () => {
  const again = answerOf(0, { duplicateOf: 0, sourceOffset: 9 });
  const state = fold([input('answer', answerOf(0)), input('answer', again), labelInput(0, true)]);
  assert.deepEqual(correctOf(state), [true, null]);
});

test('a confidence that is missing, or no fraction, is counted and never a number', () => {
  const state = fold([null, 7, NaN, 0.5].map((value, i) => input('answer', stated(i, value))));
  assert.deepEqual(
    state.rows.map(({ confidences }) => confidences.published),
    [null, null, null, 0.5],
  );
  assert.equal(state.counts.missing, 3);
});

test('the drift is the statistic over its threshold; one without a threshold is left out', () => {
  const gate = reading({
    statistics: { hidden: 4, entropy: 1, odd: Infinity },
    thresholds: { hidden: 8, entropy: 0, odd: 1 },
    alarm: true,
  });
  const state = fold([
    input('answer', answerOf(0, { gate })),
    input('answer', answerOf(1, { gate: null })),
  ]);
  assert.deepEqual(state.rows[0]?.drift, { hidden: 0.5 });
  assert.deepEqual(state.rows[1]?.drift, {});
  assert.equal(state.counts.alarms, 1);
});

test('of windows the newest revision over all domains is kept', () => {
  const state = fold([
    input('window', windowOf({ revision: 1, accuracy: 0.75 })),
    input('window', windowOf({ revision: 0 })),
    input('window', windowOf({ scope: 'geography', revision: 5 })),
  ]);
  assert.deepEqual(
    [...state.windows.values()].map(({ scope, revision }) => [scope, revision]),
    [['pooled', 1]],
  );
});

test('a late correction of a window that made room does not push a newer one out', () => {
  const most = DASHBOARD_LIMITS.windows;
  const state = fold([
    ...Array.from({ length: most + 1 }, (_, ordinal) => input('window', windowOf({ ordinal }))),
    input('window', windowOf({ ordinal: 0, revision: 1 })),
    input('window', windowOf({ ordinal: 1, revision: 1 })),
  ]);
  const kept = [...state.windows.values()].map(({ ordinal }) => ordinal);
  assert.deepEqual(
    kept,
    Array.from({ length: most }, (_, i) => i + 1),
  );
  assert.equal(state.windows.get('0/1')?.revision, 1);
});

test('what happens to adapters is told in order, whichever topic is read first', () => {
  const at = (version: number, ms: number): AdapterDecision =>
    decisionOf({ version, decidedAtMs: ms });
  const kinds = (state: DashboardState): string[] =>
    state.adapterEvents.map(({ kind, version }) => `${kind} ${version}`);
  // A finished run: adapters of all versions come before the first decision.
  const state = fold([
    input('adapter', adapterOf(), 3),
    input('adapter', adapterOf({ version: 2 }), 13),
    input('decision', at(1, 4)),
    input('decision', at(2, 14)),
  ]);
  assert.deepEqual(kinds(state), ['trained 1', 'accepted 1', 'trained 2', 'accepted 2']);
  // Of many, the newest are kept, not those of the topic that is read last.
  const many = Array.from({ length: DASHBOARD_LIMITS.adapterEvents }, (_, i) => i);
  const long = fold([
    ...many.map((i) => input('adapter', adapterOf({ version: i }), 10 * i)),
    ...many.map((i) => input('decision', at(i, 10 * i + 1))),
  ]);
  assert.equal(long.adapterEvents.filter(({ kind }) => kind === 'trained').length, many.length / 2);
});

test('what becomes of an adapter is told, and what acts', () => {
  const state = fold([
    input('adapter', adapterOf(), 3),
    input('decision', decisionOf()),
    input(
      'decision',
      decisionOf({ decision: 'rolled-back', code: 'TRIAL_WORSE', activeVersion: 0 }),
    ),
    input('decision', decisionOf({ decision: 'frozen', activeVersion: 0 })),
  ]);
  assert.deepEqual(
    state.adapterEvents.map(({ kind, activeVersion, samples }) => [kind, activeVersion, samples]),
    [
      ['trained', null, 2],
      ['accepted', 1, null],
      ['rolled-back', 0, null],
      ['frozen', 0, null],
    ],
  );
  assert.equal(state.counts.trained, 1);
  assert.equal(state.counts.rolledBack, 1);
  assert.equal(state.activeVersion, 0);
  assert.equal(state.frozen, true);
  assert.equal(
    fold([input('decision', decisionOf({ decision: 'unfrozen' }))], state).frozen,
    false,
  );
});

test('a batch that came too late does not change what acts', () => {
  const late = decisionOf({ decision: 'refused', code: 'OUTDATED', activeVersion: 0 });
  const state = fold([input('decision', decisionOf()), input('decision', late)]);
  assert.equal(state.activeVersion, 1);
});

test('dead letters are counted by code, however many codes there are', () => {
  const codes = Array.from({ length: 60 }, (_, i) =>
    input('dead-letter', letterOf({ code: `C${i}` })),
  );
  const state = fold([...codes, input('dead-letter', letterOf({ code: 'C0' }))]);
  assert.equal(state.counts.deadLetters, 61);
  assert.equal(state.letterCodes['C0'], 2);
  // 40 codes of their own, 20 letters of others.
  assert.equal(state.letterCodes['other'], 20);
  assert.equal(state.letters.length, DASHBOARD_LIMITS.deadLetters);
});

test('a code called like a prototype is a code', () => {
  const state = fold([input('dead-letter', letterOf({ code: '__proto__' }))]);
  assert.deepEqual(Object.entries(state.letterCodes), [['__proto__', 1]]);
});

test('whatever the stream brings, the state stays small', () => {
  const mega = 'x'.repeat(100_000);
  let state = EMPTY_DASHBOARD;
  for (let round = 0; round < 300; round++)
    state = fold(
      Array.from({ length: 10 }, (_, k) => {
        const i = round * 10 + k;
        return [
          input(
            'answer',
            answerOf(i, { text: mega, extracted: mega, questionId: `${mega}${i}`, domain: mega }),
          ),
          input('label', {
            questionId: `${mega}-none-${i}`,
            acceptedAnswers: [mega],
            correct: null,
            labelledAtMs: 0,
          }),
          input('dead-letter', letterOf({ code: `${mega}${i}`, reason: mega })),
          input('decision', decisionOf({ reason: mega, version: i })),
        ];
      }).flat(),
      state,
    );
  assert.equal(state.rows.length, DASHBOARD_LIMITS.answers);
  assert.equal(state.counts.answers, 3000);
  assert.ok(state.pendingChars <= DASHBOARD_LIMITS.pendingChars);
  assert.ok(state.pending.size <= 80);
  const { pending: _, ...rest } = state;
  assert.ok(JSON.stringify(rest).length < 3_000_000, String(JSON.stringify(rest).length));
});

test('a text too long to keep is matched at once, and never later', () => {
  const long = answerOf(0, { text: 'x'.repeat(DASHBOARD_LIMITS.matchableChars + 1) });
  assert.deepEqual(correctOf(fold([labelInput(0, true), input('answer', long)])), [true]);
  assert.deepEqual(correctOf(fold([input('answer', long), labelInput(0, true)])), [null]);
});
