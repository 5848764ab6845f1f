import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { tokenFinder } from '../../../src/tokenizer/find-tokens.ts';

describe('tokenFinder', () => {
  const find = tokenFinder(new Map(Object.entries({ '<a>': 1, '<a><b>': 2, '|': 3, '.*': 4 })));

  it('finds tokens whole, the longest of those that start at one place', () => {
    assert.deepEqual(find('x<a><b>y<a>z'), ['x', 2, 'y', 1, 'z']);
    assert.deepEqual(find('<a>|.*'), [1, 3, 4]);
  });

  it('takes tokens literally and keeps text without any', () => {
    assert.deepEqual(find('<a.b> 👍'), ['<a.b> 👍']);
    assert.deepEqual(find(''), []);
    assert.deepEqual(tokenFinder(new Map())('<a>'), ['<a>']);
    assert.deepEqual(tokenFinder(new Map())(''), []);
  });
});
