import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { positiveNumber } from '../../../src/cli/positive-number.ts';

describe('positiveNumber', () => {
  it('takes numbers above 0', () => {
    assert.equal(positiveNumber()('0.5'), 0.5);
    assert.equal(positiveNumber(1)('1'), 1);
  });

  it('refuses whatever else there is, in one sentence', () => {
    for (const text of ['abc', '', ' ', '0', '-1', 'NaN', 'Infinity', '1e999', '5 minutes'])
      assert.throws(() => positiveNumber()(text), /It must be a number above 0\.$/, text);
    assert.throws(() => positiveNumber(1)('1.01'), /above 0, at most 1\.$/);
  });
});
