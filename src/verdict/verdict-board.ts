import type {
  CalibrationWindow,
  WindowDrift,
  WindowEstimate,
} from '../events/calibration-window.ts';
import type { Verdict } from '../events/verdict.ts';
import { severityOf } from './step-verdict.ts';

/** Scope of the windows that hold every domain. */
export const POOLED_SCOPE = 'pooled';

/** Numbers of the published confidence that come of labels alone; of the newest window that has enough of them. */
export interface MeasuredFigures {
  readonly ordinal: number;
  readonly n: number;
  readonly ece: number | null;
  readonly eceLow: number | null;
  readonly eceHigh: number | null;
  readonly eceFloor: number | null;
  readonly accuracy: number | null;
}

/** The newest verdict of a scope of a partition, with what is known beside it. */
export interface ScopedVerdict {
  readonly partition: number;
  /** `pooled`, or a domain's name. */
  readonly scope: string;
  /** Window that carries it, and its revision. */
  readonly ordinal: number;
  readonly revision: number;
  readonly verdict: Verdict;
  /** `null`: no label yet, or too few. */
  readonly measured: MeasuredFigures | null;
  /** Of the newest window. */
  readonly estimated: WindowEstimate | null;
  /** As published last. */
  readonly drift: WindowDrift | null;
  readonly adapterVersion: number | null;
}

/** Newest verdicts by partition and scope, the one least lately renewed first. */
export type VerdictBoard = ReadonlyMap<string, ScopedVerdict>;

function measuredOf(window: CalibrationWindow, leastLabelled: number): MeasuredFigures | null {
  const published = window.metrics.find(({ score }) => score === 'published');
  if (published === undefined || published.n < leastLabelled) return null;
  const { n, ece, eceLow, eceHigh, eceFloor } = published;
  return { ordinal: window.ordinal, n, ece, eceLow, eceHigh, eceFloor, accuracy: window.accuracy };
}

/**
 * The board with one window more. Each window's verdict speaks for all windows published before it, corrections among
 * them; so windows come in the order in which they were published.
 *
 * @param most - Scopes to remember; of the domains the one least lately renewed goes first. Partitions' own scopes stay.
 * @param leastLabelled - Labelled answers that a window needs to count as measured. @defaultValue 1
 */
export function addToBoard(
  board: VerdictBoard,
  window: CalibrationWindow,
  most: number,
  leastLabelled = 1,
): VerdictBoard {
  const { sourcePartition: partition, scope, ordinal, revision, verdict } = window;
  if (verdict === null) return board;
  const key = `${partition}/${scope}`;
  const known = board.get(key);
  const seen = measuredOf(window, leastLabelled);
  const isNewest = known === undefined || ordinal >= known.ordinal;
  const isNewestMeasured = seen !== null && seen.ordinal >= (known?.measured?.ordinal ?? 0);
  const next = new Map(board);
  next.delete(key);
  next.set(key, {
    partition,
    scope,
    ordinal: isNewest ? ordinal : known.ordinal,
    revision: isNewest ? revision : known.revision,
    verdict,
    measured: isNewestMeasured ? seen : (known?.measured ?? null),
    estimated: isNewest ? window.estimated : known.estimated,
    // Whatever window it comes with, this is how the gate stood when it was published.
    drift: window.drift ?? known?.drift ?? null,
    adapterVersion: isNewest ? window.adapterVersion : known.adapterVersion,
  });
  for (const [oldest, { scope: of }] of next) {
    if (next.size <= most) break;
    // A window's domains come after its pooled scope, and may be many: they must not push it out.
    if (of !== POOLED_SCOPE) next.delete(oldest);
  }
  return next;
}

/** The one verdict on a pipeline: the worst of its partitions, over all domains; `null` before any. */
export function overallVerdict(board: VerdictBoard): ScopedVerdict | null {
  let worst: ScopedVerdict | null = null;
  for (const scoped of board.values()) {
    if (scoped.scope !== POOLED_SCOPE) continue;
    const more = severityOf(scoped.verdict.level) - severityOf(worst?.verdict.level ?? 'trust');
    if (worst === null || more > 0 || (more === 0 && scoped.partition < worst.partition))
      worst = scoped;
  }
  return worst;
}

/** The one verdict that a run's windows come to, in the order in which they were published; `null` before any. */
export function newestVerdict(windows: readonly CalibrationWindow[]): Verdict | null {
  const board = windows.reduce<VerdictBoard>(
    (known, window) =>
      window.scope === POOLED_SCOPE ? addToBoard(known, window, windows.length) : known,
    new Map(),
  );
  return overallVerdict(board)?.verdict ?? null;
}
