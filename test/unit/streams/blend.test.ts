import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { seededRandom } from '../../../src/random/seeded-random.ts';
import { blend, BLEND_KINDS, type BlendOptions } from '../../../src/streams/blend.ts';

const groupsOf = (sizes: readonly number[]): string[][] =>
  sizes.map((size, g) => Array.from({ length: size }, (_, i) => `${'ABCDEF'.charAt(g)}${i}`));
const letters = (items: readonly string[]): string => items.map((item) => item.charAt(0)).join('');

const sizes = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 5 });
const options: fc.Arbitrary<BlendOptions> = fc.record({
  kind: fc.constantFrom(...BLEND_KINDS),
  window: fc.integer({ min: 2, max: 60 }),
  cycles: fc.integer({ min: 1, max: 6 }),
});

describe('blend', () => {
  it('keeps every item once, and the order within each group', () => {
    fc.assert(
      fc.property(sizes, options, fc.integer(), (counts, settings, seed) => {
        const groups = groupsOf(counts);
        const { items } = blend(groups, settings, seededRandom(seed));
        assert.deepEqual(items.toSorted(), groups.flat().toSorted());
        groups.forEach((group, g) => {
          assert.deepEqual(
            items.filter((item) => item.startsWith('ABCDEF'.charAt(g))),
            group,
          );
        });
      }),
    );
  });

  it('gives the same list for the same seed', () => {
    fc.assert(
      fc.property(sizes, options, fc.integer(), (counts, settings, seed) => {
        const groups = groupsOf(counts);
        const run = (): unknown => blend(groups, settings, seededRandom(seed));
        assert.deepEqual(run(), run());
      }),
    );
  });

  it('abrupt: one after the other', () => {
    const { items, changes } = blend(groupsOf([3, 2, 2]), { kind: 'abrupt' }, seededRandom(1));
    assert.equal(letters(items), 'AAABBCC');
    assert.deepEqual(changes, [3, 5]);
  });

  it('passes over an empty group', () => {
    const { items, changes } = blend(groupsOf([2, 0, 2]), { kind: 'abrupt' }, seededRandom(1));
    assert.equal(letters(items), 'AACC');
    assert.deepEqual(changes, [2]);
  });

  it('recurring: rounds of nearly equal parts', () => {
    const { items, changes } = blend(
      groupsOf([4, 5]),
      { kind: 'recurring', cycles: 2 },
      seededRandom(1),
    );
    assert.equal(letters(items), 'AABBAABBB');
    assert.deepEqual(changes, [2, 4, 6]);
  });

  it('gradual: changes nothing outside the windows', () => {
    const { items, changes } = blend(
      groupsOf([50, 50, 50]),
      { kind: 'gradual', window: 20 },
      seededRandom(3),
    );
    const text = letters(items);
    assert.deepEqual(changes, [50, 100]);
    assert.equal(text.slice(0, 40), 'A'.repeat(40));
    assert.equal(text.slice(60, 90), 'B'.repeat(30));
    assert.equal(text.slice(110), 'C'.repeat(40));
  });

  it('gradual: the share of the next domain rises linearly over the window', () => {
    // At place x of the window the share is x: over 2,000 seeds the mean of a quarter of the window (25 slots,
    // 50,000 draws) has a standard error below 0.0023; four of them are 0.009.
    const window = 100;
    const shares = [0, 0, 0, 0];
    const runs = 2000;
    for (let seed = 0; seed < runs; seed++) {
      const { items } = blend(groupsOf([60, 60]), { kind: 'gradual', window }, seededRandom(seed));
      for (let i = 0; i < window; i++)
        if (items[10 + i]?.startsWith('B') === true) shares[Math.floor(i / 25)]! += 1 / (25 * runs);
    }
    [0.125, 0.375, 0.625, 0.875].forEach((expected, quarter) => {
      assert.ok(Math.abs((shares[quarter] ?? 0) - expected) < 0.009, shares.join(' '));
    });
  });

  it('shuffled: no change to detect', () => {
    const { items, changes } = blend(groupsOf([30, 30]), { kind: 'shuffled' }, seededRandom(5));
    assert.deepEqual(changes, []);
    assert.notEqual(letters(items), 'A'.repeat(30) + 'B'.repeat(30));
  });

  it('refuses a window below 2 and cycles below 1', () => {
    for (const settings of [
      { kind: 'gradual', window: 1 },
      { kind: 'gradual', window: Number.NaN },
      { kind: 'recurring', cycles: 0 },
    ] as const)
      assert.throws(() => blend(groupsOf([2, 2]), settings, seededRandom(1)), {
        code: 'PRECONDITION',
      });
  });
});
