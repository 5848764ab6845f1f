import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crossFit } from '../../../src/calibration/cross-fit.ts';

const rows = Array.from({ length: 23 }, (_, i) => ({
  confidence: i === 4 ? null : i / 100,
  correct: i === 7 ? null : i % 2 === 0,
}));

test('no row is calibrated by a fit that saw it, and each fit sees all other folds', () => {
  const seen: number[][] = [];
  const made = crossFit(
    rows,
    ({ confidence }) => {
      const of = [...confidence];
      seen.push(of);
      return (at) => {
        assert.ok(!of.includes(at), `the fit saw ${at}`);
        return 1 - at;
      };
    },
    { seed: 1 },
  );
  assert.deepEqual(
    made,
    rows.map(({ confidence }) => (confidence === null ? null : 1 - confidence)),
  );
  assert.equal(seen.length, 5);
  // Each of the 21 rows with both numbers is in four of the five fits.
  assert.equal(seen.flat().length, 21 * 4);
});

test('the seed shares rows out', () => {
  const first = (seed: number): string => {
    const seen: string[] = [];
    crossFit(rows, ({ confidence }) => (seen.push(confidence.join()), (at) => at), { seed });
    return seen.join(';');
  };
  assert.equal(first(1), first(1));
  assert.notEqual(first(1), first(2));
});
