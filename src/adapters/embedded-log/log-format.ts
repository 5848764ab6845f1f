import { SeclError } from '../../errors/secl-error.ts';
import { formatKey, KIND, kindRange, sequenceOfChainKey } from './log-keys.ts';
import { chainMarkers, lastOfChain } from './log-chain.ts';
import type { LevelStore, StoreOperation } from './level-store.ts';
import { logCorrupt, seal, SEAL_BYTES } from './sealed-value.ts';

/** Version of keys and values. A change of either gets a new one. */
const FORMAT_VERSION = 1;

/** The entry that says what the store is. */
export function formatOperation(): StoreOperation {
  const value = Buffer.alloc(4 + SEAL_BYTES);
  value.writeUInt32BE(FORMAT_VERSION);
  return { type: 'put', key: formatKey, value: seal(formatKey, value) };
}

/**
 * Checks that a store holds a log of this format with no write missing; an empty store becomes one.
 *
 * @returns Number of the last write.
 * @throws SeclError `LOG_CORRUPT`.
 */
export async function openFormat(store: LevelStore): Promise<bigint> {
  if (await store.isEmpty()) {
    const marker = chainMarkers(0n).set;
    await store.write(
      [
        formatOperation(),
        { type: 'put', key: marker, value: seal(marker, Buffer.alloc(SEAL_BYTES)) },
      ],
      true,
    );
    return 0n;
  }
  let version: number | undefined;
  for await (const [, value] of store.entries(kindRange(KIND.format))) {
    version = value.readUInt32BE();
  }
  if (version === undefined) {
    throw logCorrupt(store.folder, 'it is an unfinished copy, or not a log at all');
  }
  if (version !== FORMAT_VERSION) {
    throw new SeclError(
      'LOG_CORRUPT',
      `the log in ${store.folder} has format ${version}, this version reads format ${FORMAT_VERSION}`,
      { hint: 'Use the version that wrote it, or start with an empty folder.' },
    );
  }
  const sequences: bigint[] = [];
  for await (const [key] of store.entries(kindRange(KIND.chain))) {
    sequences.push(sequenceOfChainKey(key));
  }
  const last = lastOfChain(sequences);
  if (last === undefined) throw logCorrupt(store.folder, 'a write is missing among others');
  return last;
}
