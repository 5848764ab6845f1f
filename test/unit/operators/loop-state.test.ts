import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_GATE, initialGate, stepGate } from '../../../src/drift/gate.ts';
import { INITIAL_LEARNING } from '../../../src/learning/learning-state.ts';
import {
  loopCell,
  loopEntries,
  restoreLoop,
  type LoopState,
} from '../../../src/operators/loop-state.ts';
import { manyRemembered } from '../../support/learning-fixture.ts';

const GATE = { ...DEFAULT_GATE, kind: 'always' as const };
const FIRST: LoopState = { gate: initialGate(GATE), learning: INITIAL_LEARNING };

const later: LoopState = {
  gate: stepGate(
    FIRST.gate,
    { entropyNats: 0.5, answerProbability: 0.5, hidden: undefined, domain: null },
    GATE,
  ).state,
  learning: { ...INITIAL_LEARNING, answered: 3, memory: manyRemembered(2) },
};

test('without entries the loop begins', () => {
  assert.deepEqual(restoreLoop(new Map(), GATE), FIRST);
});

test('what was committed is restored, gate and learning', () => {
  const entries = loopEntries(FIRST, later) as ReadonlyMap<string, Uint8Array>;
  assert.deepEqual(restoreLoop(entries, GATE), later);
});

test('a restored gate goes on as the one that was committed', () => {
  const entries = loopEntries(FIRST, later) as ReadonlyMap<string, Uint8Array>;
  const seen = { entropyNats: 0.9, answerProbability: 0.1, hidden: undefined, domain: null };
  assert.deepEqual(
    stepGate(restoreLoop(entries, GATE).gate, seen, GATE),
    stepGate(later.gate, seen, GATE),
  );
});

test('only what has changed is written', () => {
  assert.equal(loopEntries(later, later).size, 0);
  assert.deepEqual([...loopEntries(later, { ...later, gate: FIRST.gate }).keys()], ['gate/state']);
  const learnt = { ...later, learning: { ...later.learning, answered: 4 } };
  assert.deepEqual([...loopEntries(later, learnt).keys()], ['learning/tally']);
});

test('a cell begins at committed state', () => {
  assert.deepEqual(loopCell(later), { state: later, committed: later });
});
