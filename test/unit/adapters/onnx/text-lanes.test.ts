import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CacheArrays } from '../../../../src/adapters/onnx/cache-arrays.ts';
import { SideCache } from '../../../../src/adapters/onnx/side-cache.ts';
import { TextLanes, type LaneRow } from '../../../../src/adapters/onnx/text-lanes.ts';
import type { ForwardBatch } from '../../../../src/decoding/forward-pass.ts';
import { NO_PARENT, TokenArena } from '../../../../src/decoding/token-arena.ts';

const SHAPE = { layers: 1, heads: 2, headSize: 2, capacity: 64 };

/** An arena of three texts of 4 positions after a common one of 2, whose keys and values say their slots. */
function threeTexts(): { arena: TokenArena; cache: CacheArrays; tips: number[] } {
  const arena = new TokenArena(64);
  const common = arena.append(arena.append(NO_PARENT, 1), 2);
  const tips = [3, 4, 5].map((first) => {
    let slot = common;
    for (let i = 0; i < 4; i++) slot = arena.append(slot, first);
    return slot;
  });
  const cache = new CacheArrays(SHAPE);
  cache.arrays.forEach((array, i) => {
    for (let at = 0; at < array.length; at++) {
      const slot = Math.floor(at / SHAPE.headSize) % cache.slots;
      array[at] = 1000 * i + 100 * Math.floor(at / SHAPE.headSize / cache.slots) + slot;
    }
  });
  return { arena, cache, tips };
}

/** One more token for each of these slots. */
function after(arena: TokenArena, slots: readonly number[]): ForwardBatch {
  const start = arena.used;
  for (const slot of slots) arena.appendLoose(slot, 9);
  return {
    start,
    tokens: arena.tokens.subarray(start, arena.used),
    positions: arena.depths.subarray(start, arena.used),
    adapted: undefined,
    parents: arena.parents,
    wanted: [],
  };
}

/** The slots whose keys lie in a lane, by the first array and the second head. */
function slotsIn(side: SideCache, { lengths }: LaneRow, lane: number): number[] {
  const tensor = side.tensors[0];
  const [, heads = 0, length = 0, headSize = 0] = tensor?.dims ?? [];
  const data = tensor?.data as Float32Array;
  return Array.from(
    { length: lengths[lane] ?? 0 },
    (_, at) => (data[((lane * heads + 1) * length + at) * headSize] as number) - 100,
  );
}

describe('TextLanes', () => {
  it('copies every text whole, the beginning that they share included', () => {
    const { arena, cache, tips } = threeTexts();
    const side = new SideCache(SHAPE, 0);
    const lanes = new TextLanes(side);
    const placed = lanes.place(after(arena, tips), cache);
    assert.deepEqual(placed.order, [0, 1, 2]);
    assert.deepEqual([...placed.lengths], [6, 6, 6]);
    assert.deepEqual(slotsIn(side, placed, 0), [0, 1, 2, 3, 4, 5]);
    assert.deepEqual(slotsIn(side, placed, 2), [0, 1, 10, 11, 12, 13]);
    assert.deepEqual(side.tensors[0]?.dims, [3, 2, 64, 2]);
  });

  it('leaves texts in their lanes, fills the gap of one that has ended, and gives back what is new', () => {
    const { arena, cache, tips } = threeTexts();
    const side = new SideCache(SHAPE, 0);
    const lanes = new TextLanes(side);
    const first = after(arena, tips);
    const placed = lanes.place(first, cache);
    // What the network would write: 700 + lane, at the position of the new token.
    side.tensors.forEach(({ data, dims }) => {
      const [, heads = 0, length = 0, headSize = 0] = dims;
      for (let lane = 0; lane < 3; lane++)
        for (let head = 0; head < heads; head++)
          (data as Float32Array)[((lane * heads + head) * length + 6) * headSize] = 700 + lane;
    });
    lanes.giveBack(placed, first.start, cache);
    const value = cache.arrays[1] as Float32Array;
    assert.deepEqual(
      [0, 1, 2].map((t) => value[(cache.slots + first.start + t) * SHAPE.headSize]),
      [700, 701, 702],
    );
    // The first text has ended: the last one takes its lane, the middle one stays.
    const next = after(arena, [first.start + 1, first.start + 2]);
    const again = lanes.place(next, cache);
    assert.deepEqual(again.order, [1, 0]);
    assert.deepEqual(again.laneOf, [1, 0]);
    assert.deepEqual(slotsIn(side, again, 0), [0, 1, 10, 11, 12, 13, 602]);
    assert.deepEqual(slotsIn(side, again, 1), [0, 1, 6, 7, 8, 9, 601]);
  });

  it('copies anew what has been written over', () => {
    const { arena, cache, tips } = threeTexts();
    const side = new SideCache(SHAPE, 0);
    const lanes = new TextLanes(side);
    const first = after(arena, tips);
    const placed = lanes.place(first, cache);
    lanes.giveBack(placed, first.start, cache);
    arena.truncate(first.start);
    // The same slots are handed out again, as children of others.
    for (const slot of tips.toReversed()) arena.append(slot, 8);
    lanes.forget(first.start);
    const again = lanes.place(after(arena, [first.start, first.start + 1, first.start + 2]), cache);
    assert.deepEqual(slotsIn(side, again, 0).slice(0, 6), [0, 1, 10, 11, 12, 13]);
  });

  it('leaves to the arena what begins a text, follows another new token, or does not pay', () => {
    const { arena, tips } = threeTexts();
    const lanes = new TextLanes(new SideCache(SHAPE, 0));
    assert.equal(lanes.leading(after(arena, tips)), 3);
    assert.equal(lanes.leading(after(arena, [...tips, NO_PARENT])), 3);
    assert.equal(lanes.leading(after(arena, [NO_PARENT, ...tips])), 0);
    assert.equal(lanes.leading(after(arena, [tips[0] as number, arena.used])), 0);
    const alone = new TokenArena(64);
    let tip = NO_PARENT;
    for (let i = 0; i < 10; i++) tip = alone.append(tip, i);
    assert.equal(lanes.leading(after(alone, [tip])), 0);
  });

  it('has room for as many texts as fit in its bytes, sixteen at most', () => {
    const half = new TextLanes(
      new SideCache({ layers: 24, heads: 2, headSize: 64, capacity: 32_768 }, 0),
    );
    // 2^28 bytes / (24 layers · 2 · 2 heads · 64 · 4 bytes) = 10,922 positions, in lanes of a multiple of 128.
    assert.equal(half.textLimit(512), 16);
    assert.equal(half.textLimit(1000), 10);
    assert.equal(half.textLimit(20_000), 0);
  });
});
