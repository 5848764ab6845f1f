/** How many of the newest question ids are remembered, to name repeats. A bound, so that state stays small. */
export const REMEMBERED_IDS = 10_000;

/** What a partition's answering has come to; a fold over its input records. */
export interface AnswerState {
  /** Records consumed, answered or not. */
  readonly consumed: number;
  readonly answered: number;
  readonly deadLettered: number;
  /** Question id to offset, the newest {@link REMEMBERED_IDS}; insertion order is order of arrival. */
  readonly seen: ReadonlyMap<string, number>;
}

/** Keys in the partition's committed state. */
const TALLY_KEY = 'answers/tally';
const SEEN_PREFIX = 'answers/seen/';

const text = new TextEncoder();
const read = new TextDecoder();

/** Restores the state from a partition's committed entries. */
export function restoreAnswerState(entries: ReadonlyMap<string, Uint8Array>): AnswerState {
  const tally = entries.get(TALLY_KEY);
  const counts =
    tally === undefined
      ? { consumed: 0, answered: 0, deadLettered: 0 }
      : (JSON.parse(read.decode(tally)) as Omit<AnswerState, 'seen'>);
  const seen = [...entries]
    .filter(([key]) => key.startsWith(SEEN_PREFIX))
    .map(([, value]) => JSON.parse(read.decode(value)) as { id: string; offset: number })
    .toSorted((a, b) => a.offset - b.offset);
  return { ...counts, seen: new Map(seen.map(({ id, offset }) => [id, offset])) };
}

/** One consumed record, for the fold. */
export interface ConsumedRecord {
  /** `null`: it went to the dead letters. */
  readonly questionId: string | null;
  readonly offset: number;
}

/** What one batch did to the state. */
export interface AnswerStep {
  readonly state: AnswerState;
  /** Per record: offset of an earlier one with the same id, else `null`. */
  readonly duplicateOf: readonly (number | null)[];
  /** Entries to commit. */
  readonly changes: ReadonlyMap<string, Uint8Array | null>;
}

/**
 * The fold `(state, records) → (state, entries to commit)`. Pure; `state` is not mutated.
 *
 * Each record takes one of {@link REMEMBERED_IDS} slots in turn, so that committed state is bounded too.
 */
export function stepAnswerState(
  state: AnswerState,
  records: readonly ConsumedRecord[],
): AnswerStep {
  const seen = new Map(state.seen);
  const changes = new Map<string, Uint8Array | null>();
  let { consumed, answered, deadLettered } = state;
  const duplicateOf = records.map(({ questionId, offset }) => {
    const slot = `${SEEN_PREFIX}${consumed % REMEMBERED_IDS}`;
    consumed += 1;
    if (questionId === null) {
      deadLettered += 1;
      return null;
    }
    answered += 1;
    const earlier = seen.get(questionId) ?? null;
    if (earlier === null) {
      seen.set(questionId, offset);
      changes.set(slot, text.encode(JSON.stringify({ id: questionId, offset })));
    }
    return earlier;
  });
  for (const id of seen.keys()) {
    if (seen.size <= REMEMBERED_IDS) break;
    seen.delete(id);
  }
  changes.set(TALLY_KEY, text.encode(JSON.stringify({ consumed, answered, deadLettered })));
  return { state: { consumed, answered, deadLettered, seen }, duplicateOf, changes };
}
