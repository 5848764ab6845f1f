import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { combineSignals, MEANS, type WeightedSignal } from '../../../src/secl/combine-signals.ts';
import { assertClose } from '../../support/assert-close.ts';

const signals = (...pairs: readonly (readonly [number, number])[]): WeightedSignal[] =>
  pairs.map(([value, weight]) => ({ value, weight }));

const SIGNALS = fc.array(
  fc.record({
    value: fc.double({ min: 0, max: 1, noNaN: true }),
    // Weights below are as good as none; a sum of them must not be.
    weight: fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 100, noNaN: true })),
  }),
  { maxLength: 6 },
);

test('the arithmetic mean, by weight', () => {
  // (1 · 0.2 + 3 · 0.6)/4 = 0.5
  assertClose(combineSignals(signals([0.2, 1], [0.6, 3]), 'arithmetic'), 0.5, 1e-15);
});

test('the geometric mean, by weight', () => {
  // √(0.25 · 0.64) = 0.4; (0.8² · 0.1)^(1/3) = 0.064^(1/3) = 0.4
  assertClose(combineSignals(signals([0.25, 1], [0.64, 1]), 'geometric'), 0.4, 1e-15);
  assertClose(combineSignals(signals([0.8, 2], [0.1, 1]), 'geometric'), 0.4, 1e-15);
});

test('noisy-or, and what lies between it and the arithmetic mean', () => {
  // 1 − 0.8 · 0.5 = 0.6, and 0.6 · 0.6 + 0.4 · 0.35 = 0.5.
  assertClose(combineSignals(signals([0.2, 1], [0.5, 1]), 'noisy-or'), 0.6, 1e-15);
  assertClose(combineSignals(signals([0.2, 1], [0.5, 1]), 'graded-noisy-or'), 0.5, 1e-15);
  // Half a weight counts a signal as the root of its doubt: 1 − √0.64 · 0.5 = 0.6.
  assertClose(combineSignals(signals([0.36, 0.5], [0.5, 1]), 'noisy-or'), 0.6, 1e-15);
  for (const mean of ['noisy-or', 'graded-noisy-or'] as const)
    assert.equal(combineSignals(signals([1, 1], [1, 1]), mean), 1);
});

test('a signal of 0 makes the geometric mean 0, unless it weighs nothing', () => {
  assert.equal(combineSignals(signals([0, 0.01], [0.9, 1]), 'geometric'), 0);
  assertClose(combineSignals(signals([0, 0], [0.9, 1]), 'geometric'), 0.9, 1e-15);
});

test('without any weight there is none', () => {
  for (const mean of MEANS) {
    assert.equal(combineSignals([], mean), null);
    assert.equal(combineSignals(signals([0.5, 0], [1, 0]), mean), null);
  }
});

test('lies between the least and the greatest that weigh anything; the geometric one is not above', () => {
  fc.assert(
    fc.property(SIGNALS, (given) => {
      const acting = given.filter(({ weight }) => weight > 0).map(({ value }) => value);
      const [arithmetic, geometric] = MEANS.map((mean) => combineSignals(given, mean));
      if (acting.length === 0) {
        assert.deepEqual([arithmetic, geometric], [null, null]);
        return;
      }
      for (const mean of [arithmetic ?? NaN, geometric ?? NaN]) {
        assert.ok(mean >= Math.min(...acting) - 1e-12 && mean <= Math.max(...acting) + 1e-12);
        assert.ok(mean >= 0 && mean <= 1);
      }
      assert.ok((geometric ?? NaN) <= (arithmetic ?? NaN) + 1e-12);
    }),
    { seed: 41, numRuns: 500 },
  );
});

test('what is no fraction or no weight is a broken precondition', () => {
  const broken = { code: 'PRECONDITION' };
  for (const mean of MEANS) {
    for (const value of [-0.01, 1.01, NaN])
      assert.throws(() => combineSignals(signals([value, 1]), mean), broken);
    for (const weight of [-1, NaN, Infinity])
      assert.throws(() => combineSignals(signals([0.5, weight]), mean), broken);
  }
});
