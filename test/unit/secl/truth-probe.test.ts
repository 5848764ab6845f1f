import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  EMPTY_PROBE,
  observeTruth,
  probeWeight,
  type TruthProbe,
} from '../../../src/secl/truth-probe.ts';
import { assertClose } from '../../support/assert-close.ts';

const rivals = (...pTrues: readonly (number | null)[]): { pTrue: number | null }[] =>
  pTrues.map((pTrue) => ({ pTrue }));

test('counts the distractors that an answer beats, a tie as half', () => {
  const once = observeTruth(EMPTY_PROBE, 0.5, rivals(0.2, 0.5, 0.9));
  assert.deepEqual(once, { wins: 1.5, trials: 3 });
  assert.deepEqual(observeTruth(once, 0.9, rivals(0.8)), { wins: 2.5, trials: 4 });
});

test('compares nothing with a P(True) that is missing, on either side', () => {
  const probe: TruthProbe = { wins: 1, trials: 2 };
  assert.deepEqual(observeTruth(probe, null, rivals(0.1)), probe);
  assert.deepEqual(observeTruth(probe, 0.5, rivals(null)), probe);
  assert.deepEqual(observeTruth(probe, 0.5, []), probe);
});

test('weighs fully before anything was compared, and from chance upwards', () => {
  // 2 · (0 + 1)/(0 + 2) = 1; chance: 2 · (5 + 1)/(10 + 2) = 1
  assert.equal(probeWeight(EMPTY_PROBE), 1);
  assert.equal(probeWeight({ wins: 5, trials: 10 }), 1);
  assert.equal(probeWeight({ wins: 10, trials: 10 }), 1);
});

test('weighs the less the more distractors won', () => {
  // 2 · (1 + 1)/(6 + 2) = 0.5; all lost: 2 · 1/(100 + 2)
  assert.equal(probeWeight({ wins: 1, trials: 6 }), 0.5);
  assertClose(probeWeight({ wins: 0, trials: 100 }), 1 / 51, 1e-15);
});

test('is always above 0 and at most 1, and a win more never weighs less', () => {
  const probes = fc
    .tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 1000 }))
    .map(([trials, share]) => ({ trials, wins: Math.round((2 * trials * share) / 1000) / 2 }));
  fc.assert(
    fc.property(probes, (probe) => {
      const weight = probeWeight(probe);
      assert.ok(weight > 0 && weight <= 1);
      const won = observeTruth(probe, 0.9, rivals(0.1));
      const lost = observeTruth(probe, 0.1, rivals(0.9));
      assert.ok(probeWeight(won) >= weight && probeWeight(lost) <= weight);
    }),
    { seed: 51, numRuns: 500 },
  );
});
