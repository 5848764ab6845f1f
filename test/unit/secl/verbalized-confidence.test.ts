import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evidenceDigit, verbalizedConfidence } from '../../../src/secl/verbalized-confidence.ts';

const log = (probabilities: number[]): number[] => probabilities.map((p) => Math.log(p));

test('the expectation over bin midpoints of the renormalised digits', () => {
  // Half the mass on digits: 0.4 on 9, 0.1 on 0. (0.4·0.95 + 0.1·0.05)/0.5 = 0.77.
  const digits = new Array<number>(10).fill(0);
  digits[9] = 0.4;
  digits[0] = 0.1;
  const result = verbalizedConfidence(log(digits));
  assert.ok(result !== null);
  assert.ok(Math.abs(result.confidence - 0.77) < 1e-12);
  assert.ok(Math.abs(result.mass - 0.5) < 1e-12);
});

test('no mass on digits, or a number that is none, gives no confidence', () => {
  assert.equal(verbalizedConfidence(new Array<number>(10).fill(-Infinity)), null);
  assert.equal(verbalizedConfidence([...new Array<number>(9).fill(-1), NaN]), null);
  assert.throws(() => verbalizedConfidence([-1]), { code: 'PRECONDITION' });
});

test('confidence stays within the midpoints and keeps tiny masses apart', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -800, max: 0, noNaN: true }), { minLength: 10, maxLength: 10 }),
      (logProbabilities) => {
        const result = verbalizedConfidence(logProbabilities);
        assert.ok(result !== null);
        assert.ok(result.confidence >= 0.05 - 1e-12 && result.confidence <= 0.95 + 1e-12);
        const total = result.digits.reduce((sum, p) => sum + p, 0);
        assert.ok(Math.abs(total - 1) < 1e-12);
      },
    ),
  );
});

test('evidence digits: the last bin is closed', () => {
  assert.deepEqual([0, 0.0999, 0.1, 0.75, 0.9, 1].map(evidenceDigit), [0, 0, 1, 7, 9, 9]);
  assert.throws(() => evidenceDigit(1.01), { code: 'PRECONDITION' });
});
