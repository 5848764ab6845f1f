import { SeenQuestions, type SeenQuestion } from './seen-questions.ts';

/** How many of the newest records' question ids are remembered, to name repeats. A bound, so that state stays small. */
export const REMEMBERED_IDS = 10_000;

/** What a partition's answering has come to; a fold over its input records. */
export interface AnswerState {
  /** Records consumed, answered or not. */
  readonly consumed: number;
  readonly answered: number;
  readonly deadLettered: number;
  /** By question id, those of the newest `REMEMBERED_IDS` records; in order of `ordinal`. */
  readonly seen: SeenQuestions;
}

/** Keys in the partition's committed state. */
const TALLY_KEY = 'answers/tally';
const SEEN_PREFIX = 'answers/seen/';

const text = new TextEncoder();
const read = new TextDecoder();

/** Committed entries are slots that are used again in turn, so that they are bounded too. */
const slotOf = (ordinal: number): string => `${SEEN_PREFIX}${ordinal % REMEMBERED_IDS}`;

/** Restores the state from a partition's committed entries. */
export function restoreAnswerState(entries: ReadonlyMap<string, Uint8Array>): AnswerState {
  const tally = entries.get(TALLY_KEY);
  const counts =
    tally === undefined
      ? { consumed: 0, answered: 0, deadLettered: 0 }
      : (JSON.parse(read.decode(tally)) as Omit<AnswerState, 'seen'>);
  const seen = [...entries]
    .filter(([key]) => key.startsWith(SEEN_PREFIX))
    .map(([, value]) => JSON.parse(read.decode(value)) as SeenQuestion & { id: string })
    .toSorted((a, b) => a.ordinal - b.ordinal);
  return {
    ...counts,
    seen: SeenQuestions.NONE.change((draft) => {
      for (const { id, offset, ordinal } of seen) draft.add(id, { offset, ordinal });
    }),
  };
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
 * The fold `(state, records) → (state, entries to commit)`. Pure; `state` is not mutated. The entries committed so
 * far restore exactly the state.
 */
export function stepAnswerState(
  state: AnswerState,
  records: readonly ConsumedRecord[],
): AnswerStep {
  const changes = new Map<string, Uint8Array | null>();
  let { consumed, answered, deadLettered } = state;
  let duplicateOf: readonly (number | null)[] = [];
  const seen = state.seen.change((draft) => {
    const forget = (id: string, at: SeenQuestion): void => {
      draft.remove(id, at);
      changes.set(slotOf(at.ordinal), null);
    };
    duplicateOf = records.map(({ questionId, offset }) => {
      const ordinal = consumed++;
      // One record pushes out one at most.
      const oldest = draft.oldest();
      if (oldest !== undefined && oldest[1].ordinal <= ordinal - REMEMBERED_IDS) forget(...oldest);
      if (questionId === null) {
        deadLettered += 1;
        return null;
      }
      answered += 1;
      const earlier = draft.get(questionId);
      if (earlier !== undefined) forget(questionId, earlier);
      const now = { offset: earlier?.offset ?? offset, ordinal };
      draft.add(questionId, now);
      changes.set(slotOf(ordinal), text.encode(JSON.stringify({ id: questionId, ...now })));
      return earlier?.offset ?? null;
    });
  });
  changes.set(TALLY_KEY, text.encode(JSON.stringify({ consumed, answered, deadLettered })));
  return { state: { consumed, answered, deadLettered, seen }, duplicateOf, changes };
}
