import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { arenaExcerpt } from '../../../../src/adapters/onnx/arena-excerpt.ts';
import { NO_PARENT } from '../../../../src/decoding/token-arena.ts';

/** Parents of slots, each one before it or none. */
const arenas = fc
  .array(fc.nat(), { minLength: 1, maxLength: 40 })
  .map((draws) => Int32Array.from(draws, (draw, slot) => (draw % (slot + 1)) - 1));

/** A slot and what is before it, newest first. */
function pathOf(slot: number, parents: Int32Array): number[] {
  const path: number[] = [];
  for (let at = slot; at !== NO_PARENT; at = parents[at] as number) path.push(at);
  return path;
}

describe('arenaExcerpt', () => {
  it('holds what the new positions see, and nothing else, under the same ancestry', () => {
    fc.assert(
      fc.property(arenas, fc.nat(), (parents, draw) => {
        const start = draw % parents.length;
        const tokens = new Int32Array(parents.length - start);
        const excerpt = arenaExcerpt({ start, parents, tokens });
        const slots = excerpt.pieces.flatMap(({ slot, at, count }) =>
          Array.from({ length: count }, (_, i) => ({ slot: slot + i, at: at + i })),
        );
        assert.deepEqual(
          slots.map(({ at }) => at),
          [...slots.keys()],
        );
        assert.equal(excerpt.start, slots.length);
        const old = (place: number): number =>
          place < excerpt.start ? (slots[place]?.slot as number) : start + place - excerpt.start;
        const seen = new Set<number>();
        for (let t = 0; t < tokens.length; t++) {
          const path = pathOf(start + t, parents);
          assert.deepEqual(pathOf(excerpt.start + t, excerpt.parents).map(old), path);
          for (const slot of path) if (slot < start) seen.add(slot);
        }
        assert.equal(seen.size, slots.length);
      }),
    );
  });
});
