import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CacheArrays } from '../../../../src/adapters/onnx/cache-arrays.ts';

const SHAPE = { layers: 2, heads: 2, headSize: 3, capacity: 5000 };

/** A number that says which array, head, slot and element it is. */
const mark = (array: number, head: number, slot: number, element: number): number =>
  ((array * 10 + head) * 1000 + slot) * 10 + element;

function fill(cache: CacheArrays, slots: number): void {
  cache.arrays.forEach((array, a) => {
    for (let head = 0; head < 2; head++)
      for (let slot = 0; slot < slots; slot++)
        for (let e = 0; e < 3; e++)
          array[(head * cache.slots + slot) * 3 + e] = mark(a, head, slot, e);
  });
}

function assertSlot(cache: CacheArrays, slot: number, holds: number): void {
  cache.arrays.forEach((array, a) => {
    for (let head = 0; head < 2; head++)
      for (let e = 0; e < 3; e++)
        assert.equal(array[(head * cache.slots + slot) * 3 + e], mark(a, head, holds, e));
  });
}

describe('CacheArrays', () => {
  it('keeps its contents when it grows, doubling up to its capacity', () => {
    const cache = new CacheArrays(SHAPE);
    const before = cache.slots;
    fill(cache, before);
    assert.equal(cache.grow(before), false);
    assert.equal(cache.grow(before + 1), true);
    assert.equal(cache.slots, 2 * before);
    assert.equal(cache.arrays.length, 4);
    for (const slot of [0, 1, before - 1]) assertSlot(cache, slot, slot);
    assert.equal(cache.arrays[0]?.[before * 3], 0);
    cache.grow(4097);
    assert.equal(cache.slots, 5000);
  });

  it('moves slots to the front, also where they overlap', () => {
    const cache = new CacheArrays(SHAPE);
    fill(cache, 10);
    cache.move(4, 2, 5);
    for (let slot = 2; slot < 7; slot++) assertSlot(cache, slot, slot + 2);
    assertSlot(cache, 1, 1);
  });

  it('gives back what was saved, from anywhere to anywhere', () => {
    const cache = new CacheArrays(SHAPE);
    fill(cache, 10);
    const saved = cache.save(2, 6);
    cache.grow(3000);
    cache.move(9, 0, 1);
    cache.load(saved, 1, 4, 2000);
    for (let i = 0; i < 4; i++) assertSlot(cache, 2000 + i, 3 + i);
    assertSlot(cache, 0, 9);
  });
});
