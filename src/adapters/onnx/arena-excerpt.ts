import type { ForwardBatch } from '../../decoding/forward-pass.ts';
import { NO_PARENT } from '../../decoding/token-arena.ts';
import type { Piece } from './side-cache.ts';

/** What a run's new positions see of an arena, as an arena of its own. */
export interface ArenaExcerpt {
  /** Slots that are seen, in order: of the new arena `[0, start)`. */
  readonly pieces: readonly Piece[];
  /** Slot of the first new position in the new arena. */
  readonly start: number;
  /** Parent by slot of the new arena. */
  readonly parents: Int32Array;
}

/**
 * The slots that new positions see: all their ancestors.
 *
 * @remarks O(slots in use + new positions).
 */
export function arenaExcerpt({
  start,
  parents,
  tokens,
}: Pick<ForwardBatch, 'start' | 'parents' | 'tokens'>): ArenaExcerpt {
  const count = tokens.length;
  const seen = new Uint8Array(start);
  for (let t = 0; t < count; t++) markAncestors(parents[start + t] as number, parents, seen);
  const pieces = markedPieces(seen);
  const used = pieces.reduce((sum, piece) => sum + piece.count, 0);
  const placeOf = new Int32Array(start);
  const moved = (slot: number): number =>
    slot === NO_PARENT ? NO_PARENT : slot < start ? (placeOf[slot] as number) : slot - start + used;
  const kept: number[] = [];
  for (const { slot, at, count: length } of pieces)
    for (let i = 0; i < length; i++) {
      placeOf[slot + i] = at + i;
      kept.push(moved(parents[slot + i] as number));
    }
  for (let t = 0; t < count; t++) kept.push(moved(parents[start + t] as number));
  return { pieces, start: used, parents: Int32Array.from(kept) };
}

/** The marked slots as stretches, each placed right behind the one before. */
export function markedPieces(seen: Uint8Array): Piece[] {
  const pieces: { slot: number; at: number; count: number }[] = [];
  let used = 0;
  for (let slot = 0; slot < seen.length; slot++) {
    if (seen[slot] === 0) continue;
    const last = pieces.at(-1);
    if (last !== undefined && last.slot + last.count === slot) last.count++;
    else pieces.push({ slot, at: used, count: 1 });
    used++;
  }
  return pieces;
}

/**
 * Marks a slot and its ancestors.
 *
 * @param seen - 1 by slot where it is marked, with all its ancestors; slots beyond it are not looked at. Mutated.
 * @returns How many were not marked before.
 */
export function markAncestors(slot: number, parents: Int32Array, seen: Uint8Array): number {
  let added = 0;
  for (
    let at = slot;
    at !== NO_PARENT && at < seen.length && seen[at] !== 1;
    at = parents[at] as number
  ) {
    seen[at] = 1;
    added++;
  }
  return added;
}
