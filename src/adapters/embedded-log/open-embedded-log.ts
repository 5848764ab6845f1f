import { LevelStore } from './level-store.ts';
import { openFormat } from './log-format.ts';
import { loadTables } from './log-tables.ts';
import { LevelLog, type EmbeddedLog, type EmbeddedLogOptions } from './level-log.ts';

export type { EmbeddedLog, EmbeddedLogOptions };

/**
 * Opens a durable broker in a folder: topics, groups and transactions as the port promises them, without
 * a server. A transaction is one atomic write of LevelDB, so whatever ends the process, the log opens
 * again and holds exactly the transactions whose promise was fulfilled (and perhaps those under way).
 *
 * @throws SeclError `LOG_IN_USE` if it is open already, here or in another process; `LOG_CORRUPT` if it
 *   is damaged or not a log; `STORE_FAILED` if the folder cannot be used.
 */
export async function openEmbeddedLog(options: EmbeddedLogOptions): Promise<EmbeddedLog> {
  const store = await LevelStore.open(options.folder, options.verify ?? true);
  try {
    const lastSequence = await openFormat(store);
    return new LevelLog(options, store, await loadTables(store), lastSequence);
  } catch (error) {
    await store.close();
    throw error;
  }
}
