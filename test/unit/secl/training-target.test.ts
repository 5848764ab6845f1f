import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AnswerStyle } from '../../../src/events/question.ts';
import type { Score, ScoreName } from '../../../src/events/score.ts';
import { missingScore, presentScore } from '../../../src/secl/score-of.ts';
import {
  SIGNAL_NAMES,
  trainingTarget,
  type TargetOptions,
} from '../../../src/secl/training-target.ts';
import { EMPTY_PROBE } from '../../../src/secl/truth-probe.ts';
import { assertClose } from '../../support/assert-close.ts';
import { ORIGIN } from '../../support/secl-fixture.ts';

const present = (name: ScoreName, value: number): Score =>
  presentScore(name, value, ORIGIN, { normalization: 'none' });

const SCORES = [
  present('verbalized', 0.1),
  present('answerProbability', 0.9),
  present('tokenCertainty', 0.64),
  present('pTrue', 0.3),
  present('normalizedPTrue', 0.25),
];

function target(
  over: Partial<TargetOptions>,
  scores: readonly Score[] = SCORES,
  probe = EMPTY_PROBE,
  finishReason: 'stop' | 'length' | 'given' = 'stop',
  style: AnswerStyle = 'short',
): number | null {
  const options: TargetOptions = {
    signals: ['tokenCertainty', 'normalizedPTrue'],
    mean: 'arithmetic',
    weighting: 'equal',
    ...over,
  };
  return trainingTarget({ scores, finishReason, style }, options, probe);
}

test('is the mean of the signals asked for, and of no other score', () => {
  assertClose(target({}), 0.445, 1e-15); // (0.64 + 0.25)/2
  assertClose(target({ mean: 'geometric' }), 0.4, 1e-15); // √(0.64 · 0.25)
  assertClose(target({ signals: ['pTrue'] }), 0.3, 1e-15);
  // (0.9 + 0.64 + 0.25)/3
  const usual = ['tokenCertainty', 'normalizedPTrue', 'answerProbability'] as const;
  assertClose(target({ signals: usual }), 1.79 / 3, 1e-15);
});

test('with a probe, P(True) and NormPTrue weigh what it says; free scores weigh one', () => {
  // 2 · (1 + 1)/(6 + 2) = 0.5: (0.64 + 0.5 · 0.25)/1.5 = 0.51
  const losing = { wins: 1, trials: 6 };
  assertClose(target({ weighting: 'probe' }, SCORES, losing), 0.51, 1e-15);
  const truths = ['pTrue', 'normalizedPTrue', 'answerProbability'] as const;
  // (0.5 · 0.3 + 0.5 · 0.25 + 0.9)/2 = 0.5875
  assertClose(target({ weighting: 'probe', signals: truths }, SCORES, losing), 0.5875, 1e-15);
  assertClose(target({}, SCORES, losing), 0.445, 1e-15, 'with equal weights it is not asked');
  assertClose(target({ weighting: 'probe' }), 0.445, 1e-15, 'before anything was compared');
});

test('there is none where a signal is missing, be there others', () => {
  const without = SCORES.filter(({ name }) => name !== 'normalizedPTrue');
  assert.equal(target({}, without), null);
  assert.equal(
    target({}, [...without, missingScore('normalizedPTrue', 'outside a burst', ORIGIN)]),
    null,
  );
  assertClose(target({ signals: ['tokenCertainty'] }, without), 0.64, 1e-15);
  assert.equal(target({ signals: [] }), null);
});

test('there is none for an answer that its limit cut; a given one is whole', () => {
  assert.equal(target({}, SCORES, EMPTY_PROBE, 'length'), null);
  assertClose(target({}, SCORES, EMPTY_PROBE, 'given'), 0.445, 1e-15);
});

test('of a choice, answer probability leaves token certainty nothing to add', () => {
  const choice = (signals: TargetOptions['signals']): number | null =>
    target({ signals }, SCORES, EMPTY_PROBE, 'stop', 'choice');
  assertClose(choice(['tokenCertainty', 'answerProbability']), 0.9, 1e-15);
  // (0.9 + 0.25)/2
  const three = ['tokenCertainty', 'normalizedPTrue', 'answerProbability'] as const;
  assertClose(choice(three), 0.575, 1e-15);
  assertClose(choice(['tokenCertainty']), 0.64, 1e-15, 'alone, it is heard');
  const without = SCORES.filter(({ name }) => name !== 'tokenCertainty');
  assertClose(
    target({ signals: three }, without, EMPTY_PROBE, 'stop', 'choice'),
    0.575,
    1e-15,
    'nor is it missed',
  );
});

test('a probe moves the target between those of its signals, and never out of them', () => {
  const fraction = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.tuple(fraction, fraction, fraction, fraction),
      fc.nat({ max: 50 }),
      fc.constantFrom('arithmetic' as const, 'geometric' as const),
      (values, lost, mean) => {
        const scores = SIGNAL_NAMES.map((name, i) => present(name, values[i] ?? 0));
        const options = { signals: SIGNAL_NAMES, mean, weighting: 'probe' } as const;
        const found = target(options, scores, { wins: 0, trials: lost });
        assert.ok(found !== null);
        assert.ok(found >= Math.min(...values) - 1e-12 && found <= Math.max(...values) + 1e-12);
      },
    ),
    { seed: 61, numRuns: 300 },
  );
});
