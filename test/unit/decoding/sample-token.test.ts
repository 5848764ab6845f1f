import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sampleToken } from '../../../src/decoding/sample-token.ts';
import { seededRandom } from '../../../src/random/seeded-random.ts';

function frequencies(
  logits: Float32Array,
  sampling: { temperature: number; topP?: number },
  draws: number,
): number[] {
  const random = seededRandom(11);
  const counts = logits.reduce<number[]>((all) => [...all, 0], []);
  for (let i = 0; i < draws; i++) {
    const id = sampleToken(logits, sampling, random);
    counts[id] = (counts[id] as number) + 1 / draws;
  }
  return counts;
}

/** Softmax of 0, ln 2, ln 3, ln 4: tenths 1, 2, 3, 4. */
const TENTHS = Float32Array.from([1, 2, 3, 4], Math.log);

/** Four standard errors of a frequency over 20,000 draws: 4 · √(0.25 / 20000). */
const TOLERANCE = 0.0142;

function assertFrequencies(actual: readonly number[], expected: readonly number[]): void {
  expected.forEach((p, id) => {
    assert.ok(Math.abs((actual[id] as number) - p) < TOLERANCE, `${id}: ${actual[id]} for ${p}`);
  });
}

describe('sampleToken', () => {
  it('draws from the softmax', () => {
    assertFrequencies(frequencies(TENTHS, { temperature: 1 }, 20_000), [0.1, 0.2, 0.3, 0.4]);
  });

  it('sharpens with a low temperature', () => {
    // At temperature 1/2 weights are squared: 1, 4, 9, 16 of 30.
    const expected = [1 / 30, 4 / 30, 9 / 30, 16 / 30];
    assertFrequencies(frequencies(TENTHS, { temperature: 0.5 }, 20_000), expected);
  });

  it('cuts to the fewest tokens that reach topP', () => {
    // 0.4 + 0.3 reaches 0.65; renormalised over 0.7.
    const actual = frequencies(TENTHS, { temperature: 1, topP: 0.65 }, 20_000);
    assertFrequencies(actual, [0, 0, 3 / 7, 4 / 7]);
    assert.equal(actual[0], 0);
    assert.equal(actual[1], 0);
  });

  it('is greedy for a tiny topP, the lowest id of several', () => {
    const row = Float32Array.of(1, 5, 2, 5);
    const random = seededRandom(3);
    for (let i = 0; i < 50; i++)
      assert.equal(sampleToken(row, { temperature: 2, topP: 1e-9 }, random), 1);
  });

  it('takes one number a token, whatever the options', () => {
    const options = fc.record({
      temperature: fc.double({ min: 0.1, max: 3, noNaN: true }),
      topP: fc.double({ min: 0.01, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(options, fc.integer(), (sampling, seed) => {
        const random = seededRandom(seed);
        const witness = seededRandom(seed);
        sampleToken(TENTHS, sampling, random);
        witness.next();
        assert.equal(random.next(), witness.next());
      }),
    );
  });
});
