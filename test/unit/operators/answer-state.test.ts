import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  REMEMBERED_IDS,
  restoreAnswerState,
  stepAnswerState,
  type AnswerState,
  type ConsumedRecord,
} from '../../../src/operators/answer-state.ts';

/** Applies a step's changes to committed entries, as a broker would. */
function commit(
  entries: Map<string, Uint8Array>,
  changes: ReadonlyMap<string, Uint8Array | null>,
): void {
  for (const [key, value] of changes)
    if (value === null) entries.delete(key);
    else entries.set(key, value);
}

test('counts records and names repeats by the first offset', () => {
  const start = restoreAnswerState(new Map());
  const { state, duplicateOf } = stepAnswerState(start, [
    { questionId: 'a', offset: 0 },
    { questionId: null, offset: 1 },
    { questionId: 'a', offset: 5 },
  ]);
  assert.deepEqual(duplicateOf, [null, null, 0]);
  assert.deepEqual([state.consumed, state.answered, state.deadLettered], [3, 2, 1]);
  assert.equal(start.consumed, 0, 'the state given is not changed');
});

/** Feeds batches to a running fold and to one restored before each batch; asserts that they agree. */
function assertRestorable(batches: readonly (readonly ConsumedRecord[])[]): AnswerState {
  const entries = new Map<string, Uint8Array>();
  let running: AnswerState = restoreAnswerState(entries);
  for (const records of batches) {
    const restored = stepAnswerState(restoreAnswerState(entries), records);
    const next = stepAnswerState(running, records);
    assert.deepEqual(restored.duplicateOf, next.duplicateOf);
    assert.deepEqual([...restored.state.seen], [...next.state.seen], 'in the same order');
    assert.deepEqual(restored.state, next.state);
    running = next.state;
    commit(entries, next.changes);
    assert.ok(entries.size <= REMEMBERED_IDS + 1);
  }
  return running;
}

test('a state restored from what was committed goes on like one that never stopped', () => {
  const record = fc.option(fc.integer({ min: 0, max: 6 }), { nil: null });
  fc.assert(
    fc.property(
      fc.array(fc.array(record, { minLength: 1, maxLength: 5 }), { maxLength: 8 }),
      (batches) => {
        let offset = 0;
        assertRestorable(
          batches.map((batch) =>
            batch.map((id) => ({ questionId: id === null ? null : `q${id}`, offset: offset++ })),
          ),
        );
      },
    ),
  );
});

test('… also once ids are forgotten, with repeats and dead letters among them', () => {
  // Committed slots and the memory once forgot different ids where a record took a slot but brought no new id.
  const full = Array.from({ length: REMEMBERED_IDS }, (_, i) => ({
    questionId: `q${i}`,
    offset: i,
  }));
  const at = REMEMBERED_IDS;
  const state = assertRestorable([
    full,
    [{ questionId: null, offset: at }],
    [
      { questionId: 'q1', offset: at + 1 },
      { questionId: 'new', offset: at + 2 },
    ],
    [
      { questionId: 'q2', offset: at + 3 },
      { questionId: 'q3', offset: at + 4 },
    ],
  ]);
  // The window is the newest records: q0 and q2 fell out of it before they could be asked again.
  assert.equal(state.seen.get('q0'), undefined);
  // q1 fell out in the very step it came back; q2, one step after its own record fell out.
  assert.equal(state.seen.get('q1')?.offset, at + 1);
});

test('a repeat is remembered from its newest record on, under its first offset', () => {
  const record = (questionId: string, offset: number): ConsumedRecord => ({ questionId, offset });
  const others = (from: number, n: number): ConsumedRecord[] =>
    Array.from({ length: n }, (_, i) => record(`o${from + i}`, from + i));
  let state = restoreAnswerState(new Map());
  const step = (records: readonly ConsumedRecord[]): readonly (number | null)[] => {
    const result = stepAnswerState(state, records);
    ({ state } = result);
    return result.duplicateOf;
  };
  step([record('a', 0), ...others(1, REMEMBERED_IDS - 2)]);
  assert.deepEqual(step([record('a', 20_000)]), [0]);
  // Its first record is long forgotten, its second is not.
  step(others(30_000, REMEMBERED_IDS - 2));
  assert.deepEqual(step([record('a', 50_000)]), [0]);
  step(others(60_000, REMEMBERED_IDS - 1));
  assert.deepEqual(step([record('a', 90_000)]), [null]);
});

test('memory of ids is bounded, in state and in what is committed', () => {
  const entries = new Map<string, Uint8Array>();
  let state = restoreAnswerState(entries);
  for (let start = 0; start < 2 * REMEMBERED_IDS; start += 1000) {
    const step = stepAnswerState(
      state,
      Array.from({ length: 1000 }, (_, i) => ({ questionId: `q${start + i}`, offset: start + i })),
    );
    state = step.state;
    commit(entries, step.changes);
  }
  assert.equal(state.seen.size, REMEMBERED_IDS);
  assert.equal(entries.size, REMEMBERED_IDS + 1);
  assert.deepEqual(restoreAnswerState(entries), state);
});
