import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PROJECTED_SIZE, projectHidden } from '../../../src/drift/project-hidden.ts';
import { seededRandom } from '../../../src/random/seeded-random.ts';
import { assertClose } from '../../support/assert-close.ts';

function unit(values: readonly number[]): Float32Array {
  const norm = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / norm);
}
const squared = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0);

describe('projectHidden', () => {
  it('keeps squared distances on average', () => {
    const random = seededRandom(3);
    const pairs = 200;
    let ratio = 0;
    for (let i = 0; i < pairs; i++) {
      const [a, b] = [0, 1].map(() => unit(Array.from({ length: 300 }, () => random.normal())));
      assert.ok(a !== undefined && b !== undefined);
      const [pa, pb] = [projectHidden(a), projectHidden(b)];
      assert.ok(pa !== null && pb !== null);
      ratio += squared(pa, pb) / 1e4 / squared([...a], [...b]) / pairs;
    }
    // One ratio has a deviation of √(2/64) = 0.18 (Achlioptas), a mean of 200 one of 0.013; four of them.
    assertClose(ratio, 1, 4 * Math.sqrt(2 / PROJECTED_SIZE / pairs));
  });

  it('sees directions alone', () => {
    assert.deepEqual(projectHidden(Float32Array.of(3, -4)), projectHidden(Float32Array.of(6, -8)));
  });

  it('refuses what has no direction', () => {
    assert.equal(projectHidden(new Float32Array(8)), null);
    assert.equal(projectHidden(Float32Array.of(1, Number.NaN)), null);
    assert.equal(projectHidden(Float32Array.of(1, Number.POSITIVE_INFINITY)), null);
    assert.equal(projectHidden(new Float32Array(0)), null);
  });
});
