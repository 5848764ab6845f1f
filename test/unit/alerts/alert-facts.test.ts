import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  NO_FACTS,
  noteFact,
  recentRecords,
  type AlertFacts,
  type AlertInput,
} from '../../../src/alerts/alert-facts.ts';
import { decisionOf, windowOf } from '../../support/dashboard-fixture.ts';
import { sketchWindow, verdictOf } from '../../support/verdict-fixture.ts';

const MINUTE = 60_000;
const note = (inputs: readonly AlertInput[]): AlertFacts =>
  inputs.reduce((facts, input) => noteFact(facts, input), NO_FACTS);

test('records are counted by the minute of their timestamps, in any order', () => {
  const facts = note([
    { kind: 'answers', count: 5, atMs: 100 * MINUTE },
    { kind: 'dead-letters', count: 1, atMs: 100 * MINUTE + 59_999 },
    { kind: 'answers', count: 7, atMs: 90 * MINUTE },
    { kind: 'answers', count: 2, atMs: 100 * MINUTE + 1 },
  ]);
  assert.deepEqual(recentRecords(facts, 100 * MINUTE + 30_000, 1), { answers: 7, deadLetters: 1 });
  assert.deepEqual(recentRecords(facts, 100 * MINUTE, 11), { answers: 14, deadLetters: 1 });
  assert.deepEqual(recentRecords(facts, 101 * MINUTE, 1), { answers: 0, deadLetters: 0 });
  assert.equal(facts.lastAnswerAtMs, 100 * MINUTE + 1, 'dead letters are no answers');
});

test('a day of minutes is remembered, no more', () => {
  const facts = note(
    Array.from({ length: 2000 }, (_, i) => ({ kind: 'answers', count: 1, atMs: i * MINUTE })),
  );
  assert.equal(facts.minutes.length, 1440);
  assert.equal(facts.minutes[0]?.minute, 560);
});

test('refusals and roll-backs are dated, other decisions are none', () => {
  const facts = note(
    (['accepted', 'refused', 'rolled-back', 'frozen'] as const).map((decision, i) => ({
      kind: 'decision',
      value: decisionOf({ decision, decidedAtMs: i }),
    })),
  );
  assert.deepEqual(facts.refusedAtMs, [1, 2]);
});

test('what somebody did by hand is no news to them', () => {
  const made = [
    decisionOf({ decision: 'rolled-back', code: 'BY_HAND' }),
    decisionOf({ decision: 'refused', code: 'FROZEN' }),
  ];
  assert.deepEqual(note(made.map((value) => ({ kind: 'decision', value }))).refusedAtMs, []);
});

test('an adapter that came too late is no refusal: with several partitions that is usual', () => {
  const late = decisionOf({ decision: 'refused', code: 'OUTDATED', decidedAtMs: 1 });
  const worse = decisionOf({ decision: 'refused', code: 'HELD_OUT_WORSE', decidedAtMs: 2 });
  const facts = note([late, worse].map((value) => ({ kind: 'decision', value })));
  assert.deepEqual(facts.refusedAtMs, [2]);
});

test('a window with too few labels measures nothing; the one before it goes on counting', () => {
  const ordinals = (labels: readonly number[]): unknown => {
    const windows = labels.map((labelled, ordinal) => ({
      ...sketchWindow({ ordinal, band: [0.3, 0.5], labelled }),
      verdict: verdictOf(),
    }));
    return windows
      .reduce<AlertFacts>(
        (facts, value) => noteFact(facts, { kind: 'window', value }, 50),
        NO_FACTS,
      )
      .board.get('0/pooled')?.measured?.ordinal;
  };
  // A handful of labels shows a large error by chance alone.
  assert.equal(ordinals([1, 49]), undefined);
  assert.equal(ordinals([50, 3]), 0);
  assert.equal(ordinals([50, 50]), 1);
});

test('the newest verdicts are known', () => {
  const facts = note([{ kind: 'window', value: windowOf({ verdict: verdictOf() }) }]);
  assert.deepEqual([...facts.board.keys()], ['0/pooled']);
});
