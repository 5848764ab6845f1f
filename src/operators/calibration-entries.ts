import {
  EMPTY_CALIBRATION,
  type CalibrationRow,
  type CalibrationState,
  type PendingLabel,
  type Standing,
} from './calibration-state.ts';
import type { VerdictState } from '../verdict/step-verdict.ts';

const TALLY_KEY = 'calibration/tally';
const ROW_PREFIX = 'calibration/row/';
const LABEL_PREFIX = 'calibration/label/';
const VERDICT_PREFIX = 'calibration/verdict/';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const write = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value));
const read = (bytes: Uint8Array): unknown => JSON.parse(decoder.decode(bytes));

interface Tally extends Standing {
  readonly feedbackOffset: number;
  readonly labelsRead: number;
  /** Absent in state of earlier versions. */
  readonly closedByClock?: number;
  readonly revisions: readonly (readonly [number, number])[];
  /** Scopes that have a verdict, in order. */
  readonly verdictOrder: readonly string[];
}

/** Restores the state from a partition's committed entries. */
export function restoreCalibration(entries: ReadonlyMap<string, Uint8Array>): CalibrationState {
  const tally = entries.get(TALLY_KEY);
  if (tally === undefined) return EMPTY_CALIBRATION;
  const { revisions, verdictOrder, closedByClock = 0, ...known } = read(tally) as Tally;
  const rows: [number, CalibrationRow][] = [];
  const pending: [string, PendingLabel][] = [];
  const verdicts = new Map<string, VerdictState>();
  for (const [key, value] of entries) {
    if (key.startsWith(ROW_PREFIX))
      rows.push([Number(key.slice(ROW_PREFIX.length)), read(value) as CalibrationRow]);
    if (key.startsWith(LABEL_PREFIX))
      pending.push([key.slice(LABEL_PREFIX.length), read(value) as PendingLabel]);
    if (key.startsWith(VERDICT_PREFIX))
      verdicts.set(key.slice(VERDICT_PREFIX.length), read(value) as VerdictState);
  }
  return {
    ...known,
    closedByClock,
    revisions: new Map(revisions),
    rows: new Map(rows.toSorted(([a], [b]) => a - b)),
    pending: new Map(pending.toSorted(([, a], [, b]) => a.ordinal - b.ordinal)),
    verdicts: new Map(
      verdictOrder.flatMap((scope) => {
        const verdict = verdicts.get(scope);
        return verdict === undefined ? [] : [[scope, verdict] as const];
      }),
    ),
  };
}

/** What is remembered of one scope alone; `undefined`: nothing is. */
export function restoreVerdict(
  entries: ReadonlyMap<string, Uint8Array>,
  scope: string,
): VerdictState | undefined {
  const bytes = entries.get(`${VERDICT_PREFIX}${scope}`);
  return bytes === undefined ? undefined : (read(bytes) as VerdictState);
}

/** The entries that differ between two states, for the commit; `null` deletes. */
export function calibrationChanges(
  before: CalibrationState,
  after: CalibrationState,
): ReadonlyMap<string, Uint8Array | null> {
  const changes = new Map<string, Uint8Array | null>();
  const compare = <K, V>(prefix: string, old: ReadonlyMap<K, V>, now: ReadonlyMap<K, V>): void => {
    for (const [key, value] of now)
      if (old.get(key) !== value) changes.set(`${prefix}${String(key)}`, write(value));
    for (const key of old.keys()) if (!now.has(key)) changes.set(`${prefix}${String(key)}`, null);
  };
  compare(ROW_PREFIX, before.rows, after.rows);
  compare(LABEL_PREFIX, before.pending, after.pending);
  compare(VERDICT_PREFIX, before.verdicts, after.verdicts);
  const tally: Tally = {
    count: after.count,
    untilMs: after.untilMs,
    incident: after.incident,
    noticedAt: after.noticedAt,
    feedbackOffset: after.feedbackOffset,
    labelsRead: after.labelsRead,
    ...(after.closedByClock === 0 ? {} : { closedByClock: after.closedByClock }),
    revisions: [...after.revisions],
    verdictOrder: [...after.verdicts.keys()],
  };
  changes.set(TALLY_KEY, write(tally));
  return changes;
}
