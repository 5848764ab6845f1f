import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dincoWeights, normalizedPTrue } from '../../../src/secl/normalized-p-true.ts';

const rivals = (values: number[]): { pTrue: number; weight: number }[] =>
  values.map((pTrue) => ({ pTrue, weight: 1 }));

/** Values worked out from DINCO's `get_ptrue` and its formula, to the six digits given there. */
test("DINCO's reference values", () => {
  const near = (value: number | null, expected: number): void => {
    assert.ok(value !== null && Math.abs(value - expected) < 1e-6, `${value} for ${expected}`);
  };
  near(normalizedPTrue(0.9, rivals([0.8, 0.5])), 0.409091);
  near(normalizedPTrue(0.4, rivals([0.3, 0.2])), 0.4);
  // Two distractors that entail each other count half each.
  const weights = dincoWeights(
    [1, 1],
    [
      [0, 1],
      [1, 0],
    ],
  );
  assert.deepEqual(weights, [0.5, 0.5]);
  const weighted = [0.8, 0.8].map((pTrue, k) => ({ pTrue, weight: weights[k] as number }));
  near(normalizedPTrue(0.9, weighted, 'dinco-self'), 0.529412);
  near(normalizedPTrue(0.9, rivals([0.8, 0.8]), 'total'), 0.36);
});

test('a distractor that does not contradict the answer does not count', () => {
  assert.deepEqual(dincoWeights([0], [[0]]), [0]);
});

test('the plain ratio of nothing is no number', () => {
  assert.equal(normalizedPTrue(0, [], 'total'), null);
  assert.equal(normalizedPTrue(0, []), 0);
});

test('never above P(True), never negative, and monotone in rivals', () => {
  const fraction = fc.double({ min: 0, max: 1, noNaN: true });
  const rival = fc.record({ pTrue: fraction, weight: fraction });
  fc.assert(
    fc.property(fraction, fc.array(rival, { maxLength: 8 }), rival, (answer, others, one) => {
      const value = normalizedPTrue(answer, others) as number;
      assert.ok(value >= 0 && value <= answer);
      assert.ok((normalizedPTrue(answer, [...others, one]) as number) <= value);
    }),
  );
});

test('fractions only', () => {
  assert.throws(() => normalizedPTrue(1.1, []), { code: 'PRECONDITION' });
  assert.throws(() => normalizedPTrue(0.5, rivals([NaN])), { code: 'PRECONDITION' });
});
