import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { learningEntries, restoreLearning } from '../../../src/learning/learning-entries.ts';
import {
  INITIAL_LEARNING,
  type LearningState,
  type RememberedSample,
} from '../../../src/learning/learning-state.ts';
import { learningState, remembered } from '../../support/learning-fixture.ts';

const REMEMBERED = fc
  .tuple(fc.string(), fc.string(), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([id, key, target]): RememberedSample => {
    const { sample } = remembered(id, key);
    // JSON has no −0.
    return { sample: { ...sample, target: target + 0 }, key };
  });
/** JSON has no objects without a prototype. */
const PLAIN = { noNullPrototype: true };

const ACTIVE = fc.option(
  fc.record(
    { version: fc.nat(), sha256: fc.string(), optimizerSha256: fc.option(fc.string()) },
    PLAIN,
  ),
);
const NAT = fc.nat();
const SUM = fc.record({ before: NAT, after: NAT }, PLAIN);
const STATES: fc.Arbitrary<LearningState> = fc.record(
  {
    active: ACTIVE,
    previous: ACTIVE,
    trial: fc.option(
      fc.record({ left: NAT, asked: NAT, aimed: NAT, confidence: SUM, error: SUM }, PLAIN),
    ),
    ordinal: fc.nat(),
    awaiting: fc.option(
      fc.record({ batchId: fc.string(), ordinal: fc.nat(), samples: fc.array(REMEMBERED) }, PLAIN),
    ),
    frozen: fc.boolean(),
    decisionsRead: fc.nat(),
    burstSamples: fc.nat(),
    refusals: fc.nat(),
    restUntil: fc.nat(),
    answered: fc.nat(),
    sampled: fc.nat(),
    burst: fc.nat(),
    domain: fc.option(fc.string()),
    probe: fc.record({ wins: fc.nat().map((n) => n / 2), trials: fc.nat() }, PLAIN),
    fresh: fc.array(REMEMBERED),
    heldOut: fc.array(REMEMBERED),
    memory: fc.array(REMEMBERED, { maxLength: 12 }),
    trainedQuestions: fc.nat(),
    trainingTokens: fc.nat(),
  },
  PLAIN,
);

/** What a broker has after a commit: entries are put, and those of `null` are gone. */
function committed(
  entries: ReadonlyMap<string, Uint8Array>,
  changes: ReadonlyMap<string, Uint8Array | null>,
): Map<string, Uint8Array> {
  const after = new Map(entries);
  for (const [key, value] of changes)
    if (value === null) after.delete(key);
    else after.set(key, value);
  return after;
}

test('without entries learning begins', () => {
  assert.deepEqual(restoreLearning(new Map()), INITIAL_LEARNING);
  assert.deepEqual(
    restoreLearning(new Map([['gate/state', Uint8Array.of(1)]])),
    INITIAL_LEARNING,
    'what other stages commit is none of it',
  );
});

test('any states, committed one after the other, are restored', () => {
  fc.assert(
    fc.property(fc.array(STATES, { minLength: 1, maxLength: 4 }), (states) => {
      let entries = new Map<string, Uint8Array>();
      let before = INITIAL_LEARNING;
      for (const state of states) {
        entries = committed(entries, learningEntries(before, state));
        before = state;
        assert.deepEqual(restoreLearning(entries), state);
      }
    }),
    { seed: 31, numRuns: 200 },
  );
});

test('slots of the memory are restored in order beyond ten, a hundred and a thousand', () => {
  const memory = Array.from({ length: 1200 }, (_, i) => remembered(`q${i}`));
  const state = learningState({ memory });
  const changes = learningEntries(INITIAL_LEARNING, state);
  // A broker may hand entries back in any order.
  const shuffled = [...committed(new Map(), changes)].toReversed();
  assert.deepEqual(restoreLearning(new Map(shuffled)), state);
});

test('what has not changed is not written again', () => {
  fc.assert(
    fc.property(STATES, REMEMBERED, fc.nat(), (before, sample, at) => {
      assert.equal(learningEntries(before, before).size, 0);
      const slots = (after: LearningState): string[] =>
        [...learningEntries(before, after).keys()].filter((key) => key !== 'learning/tally');
      assert.deepEqual(slots({ ...before, answered: before.answered + 1 }), []);
      if (before.memory.length === 0) return;
      const slot = at % before.memory.length;
      assert.equal(slots({ ...before, memory: before.memory.with(slot, sample) }).length, 1);
      const shorter = { ...before, memory: before.memory.slice(0, slot) };
      const dropped = learningEntries(before, shorter);
      assert.equal(
        [...dropped.values()].filter((value) => value === null).length,
        before.memory.length - slot,
      );
    }),
    { seed: 32, numRuns: 200 },
  );
});
