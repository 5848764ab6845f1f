import path from 'node:path';
import { openEmbeddedLog } from '../adapters/embedded-log/open-embedded-log.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { Broker } from '../ports/broker.ts';
import type { Topology } from '../topology/topology.ts';
import { loadTopology } from './load-topology.ts';
import { logFolderOf } from './log-folder-of.ts';
import { readRunSettings, type RunSettings } from './run-settings.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

/** A run's log and what it was made with. */
export interface RunLog {
  /** To be closed by whoever opened it. */
  readonly log: Broker;
  readonly topology: Topology;
  readonly title: string;
  /** `undefined` for a run of an older version. */
  readonly settings: RunSettings | undefined;
}

/**
 * Opens the log in a run's folder, to read what was committed.
 *
 * @param topology - File; wins over the topology that the run was made with.
 * @throws SeclError `FILE_UNREADABLE` if there is no run; `LOG_IN_USE` while a process works on it; `LOG_CORRUPT`.
 */
export async function openRunLog(runFolder: string, topology?: string): Promise<RunLog> {
  const folder = await logFolderOf(runFolder);
  const settings = await readRunSettings(runFolder);
  const chosen =
    topology === undefined && settings !== undefined
      ? settings.topology
      : await loadTopology(topology);
  try {
    const log = await openEmbeddedLog({ folder, clock: SYSTEM_CLOCK });
    return { log, topology: chosen, title: settings?.title ?? path.basename(runFolder), settings };
  } catch (error) {
    if (!(error instanceof SeclError) || error.code !== 'LOG_IN_USE') throw error;
    throw new SeclError('LOG_IN_USE', error.message, {
      hint: 'While a command works on the run, its page is shown by that command: start it with --dashboard.',
      cause: error,
    });
  }
}
