import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { adapterDrift } from '../../../src/learning/adapter-drift.ts';
import type { LoraAdapter, LoraSite } from '../../../src/ports/language-model.ts';

const weight = fc.integer({ min: -8, max: 8 }).map((n) => n / 4);
const weights = (length: number): fc.Arbitrary<Float32Array> =>
  fc.array(weight, { minLength: length, maxLength: length }).map((list) => Float32Array.from(list));

/** `Σ (B·A)²` entry by entry, as the definition has it. */
function squareOf({ a, b }: LoraSite, rank: number): number {
  let sum = 0;
  for (let o = 0; o < b.length / rank; o++)
    for (let i = 0; i < a.length / rank; i++) {
      let entry = 0;
      for (let r = 0; r < rank; r++)
        entry += (b[o * rank + r] ?? NaN) * (a[(r * a.length) / rank + i] ?? NaN);
      sum += entry * entry;
    }
  return sum;
}

describe('how far an adapter moves a model', () => {
  it('is the norm of all that it adds', () => {
    const adapters = fc
      .record({ rank: fc.integer({ min: 1, max: 3 }), inputs: fc.integer({ min: 1, max: 4 }) })
      .chain(({ rank, inputs }) =>
        fc.record({
          version: fc.constant(1),
          rank: fc.constant(rank),
          scaling: weight,
          sites: fc.array(
            fc.record({
              layer: fc.nat(3),
              projection: fc.constant('q' as const),
              a: weights(rank * inputs),
              b: weights(5 * rank),
            }),
            { maxLength: 3 },
          ),
        }),
      );
    fc.assert(
      fc.property(adapters, (adapter: LoraAdapter) => {
        const { rank, scaling, sites } = adapter;
        const square = sites.reduce((sum, site) => sum + squareOf(site, rank), 0);
        const wanted = Math.abs(scaling) * Math.sqrt(square);
        // All numbers are small multiples of 1/16, so that sums are exact; the root rounds.
        assert.ok(Math.abs(adapterDrift(adapter) - wanted) <= 1e-12 * wanted);
      }),
    );
  });

  it('is 0 for one whose B is zero, and no number for one with none', () => {
    const site = {
      layer: 0,
      projection: 'q' as const,
      a: Float32Array.of(1e4),
      b: Float32Array.of(0),
    };
    assert.equal(adapterDrift({ version: 1, rank: 1, scaling: 3, sites: [site] }), 0);
    const odd = { ...site, b: Float32Array.of(NaN) };
    assert.ok(Number.isNaN(adapterDrift({ version: 1, rank: 1, scaling: 3, sites: [odd] })));
  });
});
