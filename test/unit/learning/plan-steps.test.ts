import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { planSteps } from '../../../src/learning/plan-steps.ts';
import { seededRandom } from '../../../src/random/seeded-random.ts';

const CASES = fc.record({
  fresh: fc.integer({ min: 1, max: 70 }),
  replayed: fc.integer({ min: 0, max: 40 }),
  steps: fc.integer({ min: 1, max: 12 }),
  samplesPerStep: fc.integer({ min: 1, max: 16 }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  seed: fc.integer(),
});

/** How often each index comes up. */
function countsOf(steps: readonly (readonly number[])[], indices: number, from = 0): number[] {
  const all = steps.flat();
  return Array.from({ length: indices }, (_, i) => all.filter((at) => at === from + i).length);
}

const spread = (counts: readonly number[]): number => Math.max(...counts) - Math.min(...counts);

test('steps hold known indices without repeats, no more than they may, and each index equally often', () => {
  fc.assert(
    fc.property(CASES, ({ fresh, replayed, seed, ...options }) => {
      const plan = planSteps(fresh, replayed, options, seededRandom(seed));
      assert.equal(plan.length, options.steps);
      for (const step of plan) {
        assert.equal(new Set(step).size, step.length, 'repeated in a step');
        assert.ok(step.length <= options.samplesPerStep);
        assert.ok(step.every((at) => at >= 0 && at < fresh + replayed));
      }
      // Hands are dealt from whole decks, but a card already in the hand is passed over: at most two apart.
      assert.ok(spread(countsOf(plan, fresh)) <= 2, 'new samples come up unequally');
      if (replayed > 0) assert.ok(spread(countsOf(plan, replayed, fresh)) <= 2);
    }),
    { seed: 11, numRuns: 500 },
  );
});

test('the share of replayed samples is as asked for, where there are enough of both', () => {
  fc.assert(
    fc.property(
      fc.record({ half: fc.integer({ min: 1, max: 8 }), seed: fc.integer() }),
      ({ half, seed }) => {
        const options = { steps: 5, samplesPerStep: 2 * half, share: 0.5 };
        for (const step of planSteps(20, 20, options, seededRandom(seed))) {
          assert.equal(step.filter((at) => at < 20).length, half);
          assert.equal(step.filter((at) => at >= 20).length, half);
        }
      },
    ),
    { seed: 12, numRuns: 100 },
  );
});

test('without replayed samples a step is new ones alone, as many as there are', () => {
  const options = { steps: 3, samplesPerStep: 8, share: 0.5 };
  for (const step of planSteps(3, 0, options, seededRandom(1)))
    assert.deepEqual(step.toSorted(), [0, 1, 2]);
  for (const step of planSteps(30, 0, options, seededRandom(1))) assert.equal(step.length, 8);
});

test('the same numbers give the same plan, another seed another', () => {
  const options = { steps: 4, samplesPerStep: 4, share: 0.25 };
  const plan = (seed: number): number[][] => planSteps(12, 9, options, seededRandom(seed));
  assert.deepEqual(plan(1), plan(1));
  assert.notDeepEqual(plan(1), plan(2));
});

// A step of one sample, half of it replayed, was a replayed one alone: what was new never trained.
test('every step holds a new sample, however large the share of replayed ones', () => {
  fc.assert(
    fc.property(CASES, ({ fresh, replayed, seed, ...options }) => {
      for (const step of planSteps(fresh, replayed, options, seededRandom(seed)))
        assert.ok(step.some((at) => at < fresh));
    }),
    { seed: 13, numRuns: 500 },
  );
});
