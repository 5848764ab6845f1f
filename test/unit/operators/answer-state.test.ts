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

test('a state restored from what was committed goes on like one that never stopped', () => {
  const record = fc.option(fc.integer({ min: 0, max: 6 }), { nil: null });
  fc.assert(
    fc.property(
      fc.array(fc.array(record, { minLength: 1, maxLength: 5 }), { maxLength: 8 }),
      (batches) => {
        const entries = new Map<string, Uint8Array>();
        let running: AnswerState = restoreAnswerState(entries);
        let offset = 0;
        for (const batch of batches) {
          const records = batch.map((id): ConsumedRecord => ({
            questionId: id === null ? null : `q${id}`,
            offset: offset++,
          }));
          const restored = stepAnswerState(restoreAnswerState(entries), records);
          const next = stepAnswerState(running, records);
          assert.deepEqual(restored.duplicateOf, next.duplicateOf);
          assert.deepEqual(restored.state, next.state);
          running = next.state;
          commit(entries, next.changes);
        }
      },
    ),
  );
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
