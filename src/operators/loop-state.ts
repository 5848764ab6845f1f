import { initialGate, type GateOptions, type GateState } from '../drift/gate.ts';
import { learningEntries, restoreLearning } from '../learning/learning-entries.ts';
import type { LearningState } from '../learning/learning-state.ts';

/** What the gate and the learning of a partition have come to; a fold over its answers and adapters. */
export interface LoopState {
  readonly gate: GateState;
  readonly learning: LearningState;
}

const GATE_KEY = 'gate/state';

const text = new TextEncoder();
const read = new TextDecoder();

/** Restores the state from a partition's committed entries. */
export function restoreLoop(
  entries: ReadonlyMap<string, Uint8Array>,
  gate: GateOptions,
): LoopState {
  const bytes = entries.get(GATE_KEY);
  return {
    gate: bytes === undefined ? initialGate(gate) : (JSON.parse(read.decode(bytes)) as GateState),
    learning: restoreLearning(entries),
  };
}

/** Entries that turn what `before` committed into `after`. */
export function loopEntries(
  before: LoopState,
  after: LoopState,
): ReadonlyMap<string, Uint8Array | null> {
  const changes = new Map(learningEntries(before.learning, after.learning));
  if (before.gate !== after.gate) changes.set(GATE_KEY, text.encode(JSON.stringify(after.gate)));
  return changes;
}

/**
 * Where the loop of one subscription stands: stages that run one after the other hand the state on through it. It
 * is made from committed state when a partition is subscribed to and dropped with the subscription, so an abort
 * leaves nothing behind.
 */
export interface LoopCell {
  state: LoopState;
  /** State that the newest batch's entries lead to. */
  committed: LoopState;
}

/** A cell at committed state. */
export function loopCell(state: LoopState): LoopCell {
  return { state, committed: state };
}
