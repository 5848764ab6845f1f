import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RememberedSample } from '../../../src/learning/learning-state.ts';
import { rememberSamples } from '../../../src/learning/remember-samples.ts';
import { manyRemembered, remembered } from '../../support/learning-fixture.ts';

const ids = (memory: readonly RememberedSample[]): string[] =>
  memory.map(({ sample }) => sample.questionId);

test('never more than its size, never more of a key than its cap, never a sample twice', () => {
  fc.assert(
    fc.property(
      fc.record({
        size: fc.integer({ min: 1, max: 12 }),
        maxPerKey: fc.integer({ min: 1, max: 5 }),
        seed: fc.integer(),
        batches: fc.array(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 9 }), {
          maxLength: 8,
        }),
      }),
      ({ batches, ...options }) => {
        let memory: RememberedSample[] = [];
        let offered = 0;
        for (const keys of batches) {
          const samples = keys.map((key, i) => remembered(`q${offered + i}`, `k${key}`));
          memory = rememberSamples(memory, samples, offered, options);
          offered += keys.length;
          assert.ok(memory.length <= options.size);
          assert.equal(new Set(ids(memory)).size, memory.length);
          for (let key = 0; key < 5; key++)
            assert.ok(memory.filter((kept) => kept.key === `k${key}`).length <= options.maxPerKey);
        }
      },
    ),
    { seed: 21, numRuns: 500 },
  );
});

test('one batch or many, the same samples leave the same memory', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 30 }), fc.integer(), (cut, seed) => {
      const options = { size: 6, maxPerKey: 3, seed };
      const samples = manyRemembered(30);
      const first = rememberSamples([], samples.slice(0, cut), 0, options);
      const both = rememberSamples(first, samples.slice(cut), cut, options);
      assert.deepEqual(ids(both), ids(rememberSamples([], samples, 0, options)));
    }),
    { seed: 22, numRuns: 100 },
  );
});

test('what it was given is left as it was', () => {
  const memory = manyRemembered(2);
  rememberSamples(memory, manyRemembered(9, 'new'), 2, { size: 2, maxPerKey: 1, seed: 1 });
  assert.deepEqual(ids(memory), ['q0', 'q1']);
});

test('every sample offered is kept as often as any other', () => {
  // Each of 40 samples is kept with probability p = 10/40, so over 2,000 seeds 500 times, with a variance of at most
  // 2000 · p(1 − p) = 375. Of a fair memory Σ (count − 500)²/375, times 39/40 as the 40 counts add up to a constant,
  // is chi-squared-like with 39 degrees of freedom, mean 39, deviation √78 ≈ 8.8: below 39 + 5 · 8.8 = 83.
  const counts = new Map<string, number>();
  const runs = 2000;
  for (let seed = 0; seed < runs; seed++)
    for (const id of ids(
      rememberSamples([], manyRemembered(40), 0, { size: 10, maxPerKey: 9, seed }),
    ))
      counts.set(id, (counts.get(id) ?? 0) + 1);
  let statistic = 0;
  for (const { sample } of manyRemembered(40))
    statistic += ((counts.get(sample.questionId) ?? 0) - 500) ** 2 / 375;
  assert.ok((statistic * 39) / 40 < 83, `the statistic is ${statistic}`);
});

test('a flood under one key fills no more than its share', () => {
  const flood = Array.from({ length: 500 }, (_, i) => remembered(`f${i}`, 'flood'));
  const memory = rememberSamples(manyRemembered(6), flood, 6, { size: 8, maxPerKey: 2, seed: 3 });
  assert.equal(memory.filter(({ key }) => key === 'flood').length, 2);
});
