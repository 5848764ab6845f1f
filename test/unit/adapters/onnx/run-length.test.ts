import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runLength } from '../../../../src/adapters/onnx/run-length.ts';
import { NO_PARENT, TokenArena } from '../../../../src/decoding/token-arena.ts';
import type { UpcomingPositions } from '../../../../src/decoding/forward-pass.ts';

const arenaOf = (): TokenArena => new TokenArena(40_000);

/** `count` more positions after a slot. @returns The last one. */
function extend(arena: TokenArena, parent: number, count: number): number {
  let slot = parent;
  for (let i = 0; i < count; i++) slot = arena.appendLoose(slot, 1);
  return slot;
}

function upcoming(arena: TokenArena, start: number): UpcomingPositions {
  return {
    start,
    tokens: arena.tokens.subarray(start, arena.used),
    positions: arena.depths.subarray(start, arena.used),
    parents: arena.parents,
  };
}

describe('runLength', () => {
  it('takes short texts together, and long ones one by one', () => {
    const short = arenaOf();
    for (let text = 0; text < 8; text++) extend(short, NO_PARENT, 20);
    // 8 texts of 20: the last one adds 140 · 20 + 20 · 140 = 5,600 pairs.
    assert.equal(runLength(upcoming(short, 0)), 160);
    const long = arenaOf();
    for (let text = 0; text < 8; text++) extend(long, NO_PARENT, 100);
    // The second adds 100 · 100 + 100 · 100 = 20,000.
    assert.equal(runLength(upcoming(long, 0)), 100);
  });

  it('counts what a text has in the arena already, and what it shares with the others once', () => {
    const apart = arenaOf();
    const tips = [1, 2, 3].map(() => extend(apart, NO_PARENT, 400));
    const start = apart.used;
    for (const tip of tips) extend(apart, tip, 20);
    // 20 · (400 + 20) + 20 · (400 + 20) = 16,800 pairs for the second.
    assert.equal(runLength(upcoming(apart, start)), 20);
    const shared = arenaOf();
    const common = extend(shared, NO_PARENT, 400);
    for (let text = 0; text < 3; text++) extend(shared, common, 10);
    // 10 · 10 + 10 · (400 + 10) = 4,200; then 20 · 10 + 10 · (400 + 20) = 4,400.
    assert.equal(runLength(upcoming(shared, 400)), 30);
  });

  it('cuts one long text, sooner where it sees much', () => {
    const arena = arenaOf();
    const tip = extend(arena, NO_PARENT, 1000);
    assert.equal(runLength(upcoming(arena, 0)), 256);
    extend(arena, tip, 5);
    assert.equal(runLength(upcoming(arena, 1000)), 5);
    // 2^21 pairs: 69 · 30,069 = 2,074,761, 70 · 30,070 = 2,104,900.
    const full = arenaOf();
    const start = 30_000;
    extend(full, extend(full, NO_PARENT, start), 200);
    assert.equal(runLength(upcoming(full, start)), 69);
  });
});
