import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FrozenCache } from '../../../../src/adapters/trainer/frozen-cache.ts';

const sized = (byteLength: number): { readonly byteLength: number } => ({ byteLength });

describe('FrozenCache', () => {
  it('drops what was used longest ago once it is above its bound', () => {
    const cache = new FrozenCache(10);
    cache.add('a', sized(4));
    cache.add('b', sized(4));
    cache.get('a');
    cache.add('c', sized(4));
    assert.deepEqual(
      ['a', 'b', 'c'].map((key) => cache.get(key) !== undefined),
      [true, false, true],
    );
    assert.equal(cache.byteLength, 8);
  });

  it('does not keep a single thing above the bound, nor drop others for it', () => {
    const cache = new FrozenCache(10);
    cache.add('a', sized(10));
    cache.add('b', sized(11));
    assert.notEqual(cache.get('a'), undefined);
    assert.equal(cache.get('b'), undefined);
  });

  it('keeps nothing under a bound of 0, and nothing after it was cleared', () => {
    const none = new FrozenCache(0);
    none.add('a', sized(1));
    assert.equal(none.byteLength, 0);
    const cache = new FrozenCache(10);
    cache.add('a', sized(4));
    cache.clear();
    assert.deepEqual([cache.get('a'), cache.byteLength], [undefined, 0]);
  });
});
