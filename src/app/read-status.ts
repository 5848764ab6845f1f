import type { RecordCodecs } from '../adapters/avro/record-codecs.ts';
import { shownName } from '../dashboard-view/shown-text.ts';
import type { Broker } from '../ports/broker.ts';
import {
  addToBoard,
  overallVerdict,
  type ScopedVerdict,
  type VerdictBoard,
} from '../verdict/verdict-board.ts';
import { verdictAsOf, type ReadVerdict } from '../verdict/verdict-as-of.ts';
import { openLogOf, type LogChoice } from './open-log-of.ts';
import { readWholeTopic } from './read-whole-topic.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

/** Where {@link readStatus} looks. */
export interface StatusOptions extends LogChoice {
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
  { calibrationWindow: codec }: RecordCodecs,
): Promise<{ readonly board: VerdictBoard; readonly unreadable: number }> {
  let board: VerdictBoard = new Map();
  let unreadable = 0;
  for await (const { value } of readWholeTopic(broker, topic)) {
    if (value === null) continue;
    const decoded = codec.decode(value);
    if (decoded.ok) board = addToBoard(board, decoded.value, MOST_SCOPES);
    else unreadable += 1;
  }
  return { board, unreadable };
}

/**
 * Reads the newest verdicts of a run that no process works on, or of a pipeline on a broker.
 *
 * @throws SeclError as `openLogOf` does.
 */
export async function readStatus({ maxAgeMs, ...choice }: StatusOptions): Promise<Status> {
  const { log, topology, title, codecs } = await openLogOf(choice);
  try {
    const { board, unreadable } = await readBoard(log, topology.topics.calibration, codecs);
    const nowMs = SYSTEM_CLOCK.nowMs();
    const read = (scoped: ScopedVerdict | null): ReadVerdict => {
      const verdict = verdictAsOf(scoped?.verdict ?? null, nowMs, maxAgeMs ?? null);
      // A first short run ends here: how many answers it takes is said.
      const size = scoped === null ? ` A window is ${topology.calibration.size} answers.` : '';
      return { ...verdict, reason: shownName(verdict.reason + size, REASON_LETTERS) };
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
