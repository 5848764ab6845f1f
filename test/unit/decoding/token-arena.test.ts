import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fillAttentionBias, HIDDEN_BIAS } from '../../../src/decoding/attention-bias.ts';
import { NO_PARENT, TokenArena } from '../../../src/decoding/token-arena.ts';

const texts = fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 8,
});

/** Puts a text into the arena and returns the slots of its positions. */
function insert(arena: TokenArena, text: readonly number[]): number[] {
  const slots: number[] = [];
  let slot = NO_PARENT;
  for (const id of text) {
    const found = arena.child(slot, id);
    slot = found === NO_PARENT ? arena.append(slot, id) : found;
    slots.push(slot);
  }
  return slots;
}

/** Ids from the root to a slot. */
function textAt(arena: TokenArena, slot: number): number[] {
  const ids: number[] = [];
  for (let at = slot; at !== NO_PARENT; at = arena.parents[at] as number)
    ids.unshift(arena.tokens[at] as number);
  return ids;
}

describe('TokenArena', () => {
  it('shares a slot between two texts exactly as far as their ids agree', () => {
    fc.assert(
      fc.property(texts, (all) => {
        const arena = new TokenArena(64);
        const slots = all.map((text) => insert(arena, text));
        all.forEach((one, i) => {
          all.forEach((other, j) => {
            for (let p = 0; p < Math.min(one.length, other.length); p++) {
              const agree = one.slice(0, p + 1).join() === other.slice(0, p + 1).join();
              assert.equal(slots[i]?.[p] === slots[j]?.[p], agree);
            }
          });
        });
        const prefixes = new Set(
          all.flatMap((text) => text.map((_, p) => text.slice(0, p + 1).join())),
        );
        assert.equal(arena.used, prefixes.size);
      }),
    );
  });

  it('knows the depth of every slot', () => {
    fc.assert(
      fc.property(texts, (all) => {
        const arena = new TokenArena(64);
        for (const text of all) insert(arena, text);
        for (let slot = 0; slot < arena.used; slot++)
          assert.equal(arena.depths[slot], textAt(arena, slot).length - 1);
      }),
    );
  });

  it('forgets what was cut off, and nothing else', () => {
    fc.assert(
      fc.property(texts, texts, (kept, cut) => {
        const arena = new TokenArena(128);
        const slots = kept.map((text) => insert(arena, text));
        const mark = arena.used;
        for (const text of cut) insert(arena, text);
        arena.truncate(mark);
        kept.forEach((text, i) => {
          assert.deepEqual(arena.match(text), { slot: slots[i]?.at(-1), length: text.length });
        });
        const known = new Set(
          kept.flatMap((text) => text.map((_, p) => text.slice(0, p + 1).join())),
        );
        for (const text of cut) {
          const { length } = arena.match(text);
          assert.equal(
            length,
            text.findIndex((_, p) => !known.has(text.slice(0, p + 1).join())) === -1
              ? text.length
              : text.findIndex((_, p) => !known.has(text.slice(0, p + 1).join())),
          );
        }
      }),
    );
  });

  it('closes gaps so that contents, moved as told, still belong to their texts', () => {
    fc.assert(
      fc.property(texts, fc.array(fc.nat(7), { maxLength: 4 }), (all, chosen) => {
        const arena = new TokenArena(64);
        for (const text of all) insert(arena, text);
        const contents = Array.from({ length: arena.used }, (_, slot) =>
          textAt(arena, slot).join(),
        );
        const keep = new Uint8Array(64);
        const wanted = chosen.map((i) => all[i % all.length] as number[]);
        for (const text of wanted) arena.markPath(arena.match(text).slot, keep);
        const marked = keep.reduce((sum, flag) => sum + flag, 0);
        for (const { from, to, count } of arena.retain(keep)) {
          assert.ok(to < from);
          contents.copyWithin(to, from, from + count);
        }
        assert.equal(arena.used, marked);
        for (const text of wanted) assert.equal(arena.match(text).length, text.length);
        for (let slot = 0; slot < arena.used; slot++) {
          assert.equal(contents[slot], textAt(arena, slot).join());
          assert.ok((arena.parents[slot] as number) < slot);
        }
      }),
    );
  });

  it('never finds a loose slot', () => {
    const arena = new TokenArena(4);
    const root = arena.append(NO_PARENT, 7);
    arena.appendLoose(root, 8);
    assert.equal(arena.child(root, 8), NO_PARENT);
    arena.append(root, 8);
    arena.truncate(1);
    assert.equal(arena.child(root, 8), NO_PARENT);
  });

  it('refuses a second child for a token, a full arena and an orphan', () => {
    const arena = new TokenArena(2);
    arena.append(NO_PARENT, 1);
    assert.throws(() => arena.append(NO_PARENT, 1), { code: 'PRECONDITION' });
    assert.throws(() => arena.append(1, 1), { code: 'PRECONDITION' });
    arena.append(0, 1);
    assert.throws(() => arena.append(1, 1), { code: 'PRECONDITION' });
    assert.throws(() => arena.retain(Uint8Array.of(0, 1)), { code: 'PRECONDITION' });
  });
});

describe('fillAttentionBias', () => {
  it('shows every new position itself and its ancestors, and hides the rest', () => {
    fc.assert(
      fc.property(texts, fc.nat(20), fc.nat(2), (all, begin, front) => {
        const arena = new TokenArena(64);
        for (const text of all) insert(arena, text);
        const start = begin % arena.used;
        const count = arena.used - start;
        const width = front + arena.used;
        const bias = new Float32Array(count * width).fill(NaN);
        fillAttentionBias(bias, arena.parents, start, count, front);
        for (let t = 0; t < count; t++) {
          const path = textAt(arena, start + t).join();
          for (let slot = 0; slot < arena.used; slot++) {
            // A slot is an ancestor exactly if its text is a beginning of this one.
            const seen = `${path},`.startsWith(`${textAt(arena, slot).join()},`);
            assert.equal(bias[t * width + front + slot], seen ? 0 : HIDDEN_BIAS);
          }
          for (let i = 0; i < front; i++) assert.equal(bias[t * width + i], HIDDEN_BIAS);
        }
      }),
    );
  });
});
