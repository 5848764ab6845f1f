import type { LevelStore, StoreOperation } from './level-store.ts';
import { entryOfStateKey, stateKey, stateRange, type OwnerId } from './log-keys.ts';
import type { OwnerEntry } from './log-tables.ts';
import { logCorrupt, seal, SEAL_BYTES } from './sealed-value.ts';

/**
 * Reads the whole state of a group on a partition.
 *
 * @param owner - Says how many entries there are.
 * @throws SeclError `LOG_CORRUPT` if there are others.
 */
export async function loadState(
  store: LevelStore,
  owner: OwnerEntry,
): Promise<Map<string, Uint8Array>> {
  const state = new Map<string, Uint8Array>();
  for await (const [key, value] of store.entries(stateRange(owner))) {
    state.set(entryOfStateKey(key), Uint8Array.from(value));
  }
  if (state.size !== owner.stateEntries) {
    throw logCorrupt(
      store.folder,
      `group ${owner.groupId} has ${state.size} state entries of ${owner.stateEntries}`,
    );
  }
  return state;
}

/** Sets a state entry, or deletes it. */
export function stateOperation(
  owner: OwnerId,
  entry: string,
  value: Uint8Array | null,
): StoreOperation {
  const key = stateKey(owner, entry);
  if (value === null) return { type: 'del', key };
  return {
    type: 'put',
    key,
    value: seal(key, Buffer.concat([value, Buffer.alloc(SEAL_BYTES)])),
  };
}
