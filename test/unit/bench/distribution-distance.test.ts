import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { argmax, klDivergence, sameIds } from '../../../bench/distribution-distance.ts';

const logs = (...p: number[]): Float64Array => Float64Array.from(p, Math.log);

describe('klDivergence', () => {
  it('is zero for equal distributions', () => {
    assert.equal(klDivergence(logs(0.2, 0.3, 0.5), logs(0.2, 0.3, 0.5)), 0);
  });

  it('equals the sum by hand, and is not symmetric', () => {
    // 0.5·ln(0.5/0.25) + 0.5·ln(0.5/0.75) = 0.5·ln(4/3); the other way 0.25·ln 0.5 + 0.75·ln 1.5.
    // A few roundings of numbers below 1: 1e-15.
    const [p, q] = [logs(0.5, 0.5), logs(0.25, 0.75)];
    assert.ok(Math.abs(klDivergence(p, q) - 0.5 * Math.log(4 / 3)) < 1e-15);
    const other = 0.25 * Math.log(0.5) + 0.75 * Math.log(1.5);
    assert.ok(Math.abs(klDivergence(q, p) - other) < 1e-15);
  });

  it('gives nothing for tokens the reference rules out, infinity for those only the other does', () => {
    assert.ok(Math.abs(klDivergence(logs(1, 0), logs(0.5, 0.5)) - Math.LN2) < 1e-15);
    assert.equal(klDivergence(logs(0.5, 0.5), logs(1, 0)), Number.POSITIVE_INFINITY);
  });
});

describe('argmax', () => {
  it('finds the largest, the first of equals', () => {
    assert.equal(argmax(Float64Array.of(-3, -1, -2)), 1);
    assert.equal(argmax(Float64Array.of(-2, -1, -1)), 1);
  });
});

describe('sameIds', () => {
  it('tells order and length apart', () => {
    assert.ok(sameIds([1, 2], [1, 2]));
    assert.ok(!sameIds([1, 2], [2, 1]));
    assert.ok(!sameIds([1, 2], [1, 2, 3]));
    assert.ok(!sameIds([1, 2, 3], [1, 2]));
  });
});
