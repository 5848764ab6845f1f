import { INITIAL_LEARNING, type LearningState, type RememberedSample } from './learning-state.ts';

const TALLY_KEY = 'learning/tally';
const SLOT_PREFIX = 'learning/memory/';

const text = new TextEncoder();
const read = new TextDecoder();

function slotKey(slot: number): string {
  return `${SLOT_PREFIX}${String(slot).padStart(6, '0')}`;
}

/** Restores the state from a partition's committed entries. */
export function restoreLearning(entries: ReadonlyMap<string, Uint8Array>): LearningState {
  const tally = entries.get(TALLY_KEY);
  if (tally === undefined) return INITIAL_LEARNING;
  const memory = [...entries]
    .filter(([key]) => key.startsWith(SLOT_PREFIX))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => JSON.parse(read.decode(value)) as RememberedSample);
  return { ...(JSON.parse(read.decode(tally)) as Omit<LearningState, 'memory'>), memory };
}

/** Entries that turn what `before` committed into `after`: of the memory, the slots that changed. */
export function learningEntries(
  before: LearningState,
  after: LearningState,
): ReadonlyMap<string, Uint8Array | null> {
  const changes = new Map<string, Uint8Array | null>();
  if (before === after) return changes;
  const { memory, ...tally } = after;
  changes.set(TALLY_KEY, text.encode(JSON.stringify(tally)));
  memory.forEach((sample, slot) => {
    if (sample !== before.memory[slot])
      changes.set(slotKey(slot), text.encode(JSON.stringify(sample)));
  });
  for (let slot = memory.length; slot < before.memory.length; slot++)
    changes.set(slotKey(slot), null);
  return changes;
}
