import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { TokenTrace } from '../../../src/ports/language-model.ts';
import {
  answerProbability,
  meanEntropyNats,
  tokenCertainty,
} from '../../../src/secl/token-scores.ts';

test('answer probability is the product of its tokens', () => {
  // 0.5 · 0.25 = 0.125; the tolerance is one rounding of exp and of each logarithm.
  const value = answerProbability([Math.log(0.5), Math.log(0.25)]);
  assert.ok(value !== null && Math.abs(value - 0.125) < 1e-15);
});

test('an empty answer has no probability and no certainty, rather than 1', () => {
  assert.equal(answerProbability([]), null);
  assert.equal(tokenCertainty([]), null);
  assert.equal(meanEntropyNats([]), null);
});

test('a number that is none gives no score', () => {
  assert.equal(answerProbability([-0.1, NaN]), null);
  assert.equal(tokenCertainty([0.1, Infinity]), null);
  const trace = (entropyNats: number): TokenTrace => ({ id: 1, logProbability: -1, entropyNats });
  assert.equal(meanEntropyNats([trace(0.1), trace(NaN)]), null);
  assert.equal(meanEntropyNats([trace(0.25), trace(0.75)]), 0.5);
});

test('a log probability above 0 is a broken precondition', () => {
  assert.throws(() => answerProbability([0.1]), { code: 'PRECONDITION' });
});

test('token certainty looks at the four highest entropies alone', () => {
  // Four highest of the six: 2, 1.5, 1, 0.5; mean 1.25.
  assert.equal(tokenCertainty([0, 2, 1, 0.5, 1.5, 0]), Math.exp(-1.25));
  // Fewer than four: the mean of those there are.
  assert.equal(tokenCertainty([2, 1]), Math.exp(-1.5));
  assert.equal(tokenCertainty([2, 1], 1), Math.exp(-2));
});

test('token certainty does not fall when certain tokens are added', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 12, noNaN: true }), { minLength: 4, maxLength: 40 }),
      fc.integer({ min: 0, max: 200 }),
      (entropies, certain) => {
        const longer = [...entropies, ...new Array<number>(certain).fill(0)];
        assert.equal(tokenCertainty(longer), tokenCertainty(entropies));
        assert.ok((tokenCertainty(entropies) ?? -1) >= 0);
      },
    ),
  );
});
