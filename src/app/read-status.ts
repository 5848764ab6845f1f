import { stat } from 'node:fs/promises';
import path from 'node:path';
import { openRecordCodecs } from '../adapters/avro/record-codecs.ts';
import { openEmbeddedLog } from '../adapters/embedded-log/open-embedded-log.ts';
import { shownName } from '../dashboard-view/shown-text.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { Broker } from '../ports/broker.ts';
import {
  addToBoard,
  overallVerdict,
  type ScopedVerdict,
  type VerdictBoard,
} from '../verdict/verdict-board.ts';
import { verdictAsOf, type ReadVerdict } from '../verdict/verdict-as-of.ts';
import { loadTopology } from './load-topology.ts';
import { openRunLog } from './open-run-log.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

/** Where {@link readStatus} looks. */
export interface StatusOptions {
  /** Folder of a run; one of this and `logFolder`. */
  readonly runFolder?: string | undefined;
  /** Folder of an embedded log itself. */
  readonly logFolder?: string | undefined;
  /** Names the topics; absent: that of the run, else the default one. */
  readonly topology?: string | undefined;
  /** Data older than this says nothing of now, in milliseconds; absent: however old it is. */
  readonly maxAgeMs?: number | undefined;
}

/** A verdict as `secl status` shows it; texts from outside are cut and cleaned. */
export interface ScopedStatus extends Omit<ScopedVerdict, 'verdict'> {
  readonly verdict: ReadVerdict;
}

/** What `secl status` shows. */
export interface Status {
  readonly title: string;
  /** The worst of the partitions', over all domains. */
  readonly verdict: ReadVerdict;
  /** By partition and scope: all domains first, then domain by domain. */
  readonly scopes: readonly ScopedStatus[];
  /** Records of the topic that this version cannot read. */
  readonly unreadable: number;
}

/** Scopes that are shown at most: those renewed last. */
const MOST_SCOPES = 1000;
/** Letters of a name, and of a reason. */
const NAME_LETTERS = 80;
const REASON_LETTERS = 500;

async function readBoard(
  broker: Pick<Broker, 'topics' | 'bounds' | 'read'>,
  topic: string,
): Promise<{ readonly board: VerdictBoard; readonly unreadable: number }> {
  const codec = openRecordCodecs().calibrationWindow;
  let board: VerdictBoard = new Map();
  let unreadable = 0;
  const partitions = (await broker.topics()).get(topic) ?? 0;
  for (let partition = 0; partition < partitions; partition++) {
    const { earliest, end } = await broker.bounds(topic, partition);
    if (earliest >= end) continue;
    for await (const { value } of broker.read(topic, partition, earliest)) {
      if (value === null) continue;
      const decoded = codec.decode(value);
      if (decoded.ok) board = addToBoard(board, decoded.value, MOST_SCOPES);
      else unreadable += 1;
    }
  }
  return { board, unreadable };
}

/** @throws SeclError as {@link readStatus}. */
async function openLog({
  runFolder,
  logFolder,
  topology: file,
}: StatusOptions): Promise<{ log: Broker; topic: string; title: string }> {
  if (runFolder !== undefined) {
    const { log, topology, title } = await openRunLog(runFolder, file);
    return { log, topic: topology.topics.calibration, title };
  }
  if (logFolder === undefined)
    throw new SeclError('USAGE', 'nothing says whose status is wanted', {
      hint: 'Name a run with --run FOLDER, or a log with --log FOLDER.',
    });
  // LevelDB would make a new log of any folder; one that is a log has this file.
  if ((await stat(path.join(logFolder, 'CURRENT')).catch(() => undefined)) === undefined)
    throw new SeclError('FILE_UNREADABLE', `there is no log in ${logFolder}`, {
      hint: 'Name the folder of a log with --log, or that of a run with --run.',
    });
  const { topics } = await loadTopology(file);
  const log = await openEmbeddedLog({ folder: logFolder, clock: SYSTEM_CLOCK });
  return { log, topic: topics.calibration, title: logFolder };
}

/**
 * Reads the newest verdicts of a run that no process works on.
 *
 * @throws SeclError `USAGE` without a folder; `FILE_UNREADABLE` if there is no run; `LOG_IN_USE` while a process works
 *   on it; `LOG_CORRUPT`.
 */
export async function readStatus(options: StatusOptions): Promise<Status> {
  const { log, topic, title } = await openLog(options);
  try {
    const { board, unreadable } = await readBoard(log, topic);
    const nowMs = SYSTEM_CLOCK.nowMs();
    const read = (scoped: ScopedVerdict | null): ReadVerdict => {
      const verdict = verdictAsOf(scoped?.verdict ?? null, nowMs, options.maxAgeMs ?? null);
      return { ...verdict, reason: shownName(verdict.reason, REASON_LETTERS) };
    };
    return {
      title: shownName(title, NAME_LETTERS),
      verdict: read(overallVerdict(board)),
      scopes: [...board.values()]
        .toSorted(
          (a, b) =>
            Number(a.scope !== 'pooled') - Number(b.scope !== 'pooled') ||
            a.scope.localeCompare(b.scope, 'en') ||
            a.partition - b.partition,
        )
        .map((scoped) => ({
          ...scoped,
          scope: shownName(scoped.scope, NAME_LETTERS),
          verdict: read(scoped),
        })),
      unreadable,
    };
  } finally {
    await log.close();
  }
}
