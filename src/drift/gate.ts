import { precondition } from '../errors/secl-error.ts';
import {
  DEFAULT_GATE,
  LEAST_WARM_UP,
  LONGEST_WARM_UP,
  type GateOptions,
  type GateStatistic,
} from './gate-options.ts';
import { gateThreshold } from './gate-threshold.ts';
import {
  detectorsOf,
  initialWatch,
  restartWatch,
  sidesOf,
  stepWatch,
  type GateObservation,
  type WatchState,
} from './watch.ts';

export { DEFAULT_GATE };
export type { GateObservation, GateOptions };

/** What the gate made of a question. */
export interface GateStatus {
  /** Ordinal of the burst the question belongs to, from 1; 0: none is open. */
  readonly burst: number;
  /** Position within the burst, from 1; 0: none is open. */
  readonly positionInBurst: number;
  /** Changes noticed so far, the stream's start among them; alarms for one change are merged. */
  readonly incident: number;
  /** Whether a detector fired, or a control's rule held, at this question. */
  readonly alarm: boolean;
  /** Evidence by statistic after this question, before a restart; finite, at least 0. */
  readonly statistics: Readonly<Record<string, number>>;
  /** Where each fires, by the same names. */
  readonly thresholds: Readonly<Record<string, number>>;
}

/** What a gate remembers of its stream; plain JSON. */
export interface GateState {
  /** Questions so far. */
  readonly questions: number;
  readonly incident: number;
  /** Ordinal of the newest burst, from 1; 0 before the first. */
  readonly burst: number;
  /** Questions since the newest burst opened, that one included; 0 before the first. */
  readonly sinceBurst: number;
  /** Newest domain that had a name. */
  readonly domain: string | null;
  readonly watches: Readonly<Partial<Record<GateStatistic, WatchState>>>;
}

/**
 * A gate before its first question.
 *
 * @throws {@link SeclError} `PRECONDITION` for options out of range.
 */
export function initialGate(options: GateOptions): GateState {
  const { kind, statistics, detector, warmUp, coolDown, burst, period } = options;
  const whole = (value: number, least: number): boolean =>
    Number.isSafeInteger(value) && value >= least;
  precondition(whole(burst, 1), `A burst of ${burst} questions.`);
  precondition(kind !== 'periodic' || whole(period, 1), `A period of ${period} questions.`);
  const watches: Partial<Record<GateStatistic, WatchState>> = {};
  if (kind === 'drift') {
    precondition(statistics.length > 0, 'A drift gate watches at least one statistic.');
    precondition(
      whole(warmUp, LEAST_WARM_UP) && warmUp <= LONGEST_WARM_UP,
      `A warm-up of ${warmUp} questions is not in ${LEAST_WARM_UP}…${LONGEST_WARM_UP}.`,
    );
    precondition(whole(coolDown, 0), `A cool-down of ${coolDown} questions.`);
    thresholdsOf(options);
    for (const statistic of statistics) watches[statistic] = initialWatch(statistic, detector);
  }
  return { questions: 0, incident: 0, burst: 0, sinceBurst: 0, domain: null, watches };
}

/**
 * Shows the gate a question. An alarm begins a new segment; unless it falls into the cool-down of the incident before,
 * it is an incident of its own and opens a burst, which ends one that is open.
 */
export function stepGate(
  state: GateState,
  x: GateObservation,
  options: GateOptions,
): { readonly state: GateState; readonly status: GateStatus } {
  const { kind } = options;
  const thresholds = kind === 'drift' ? thresholdsOf(options) : {};
  const seen = observe(state, x, options);
  const statistics = Object.fromEntries(
    Object.entries(seen).map(([name, { evidence }]) => [name, evidence]),
  );
  const alarm =
    kind === 'drift'
      ? Object.entries(statistics).some(([name, value]) => value > (thresholds[name] as number))
      : controlFires(state, x, options);
  const first = state.questions === 0;
  // Bursts and incidents open together, so a burst's age is the incident's.
  const merged = kind === 'drift' && state.sinceBurst <= options.coolDown;
  const opens = kind !== 'never' && (first || (alarm && !merged));
  const renews = kind === 'always' && state.sinceBurst >= options.burst;
  const sinceBurst = opens || renews ? 1 : Math.min(state.sinceBurst + 1, Number.MAX_SAFE_INTEGER);
  const burst = state.burst + (opens || renews ? 1 : 0);
  const open = burst > 0 && sinceBurst <= options.burst;
  const incident = state.incident + (opens ? 1 : 0);
  return {
    state: {
      questions: state.questions + 1,
      incident,
      burst,
      sinceBurst: burst === 0 ? 0 : sinceBurst,
      domain: x.domain ?? state.domain,
      watches: alarm ? mapWatches(seen, restartWatch) : seen,
    },
    status: {
      burst: open ? burst : 0,
      positionInBurst: open ? sinceBurst : 0,
      incident,
      alarm,
      statistics,
      thresholds,
    },
  };
}

/** Whether a control's rule holds: a period is over, or the domain is another. */
function controlFires(
  { questions, domain }: GateState,
  x: GateObservation,
  { kind, period }: GateOptions,
): boolean {
  if (kind === 'periodic') return questions > 0 && questions % period === 0;
  return kind === 'domains' && domain !== null && x.domain !== null && x.domain !== domain;
}

/** Every watch after the question. */
function observe(
  { watches }: GateState,
  x: GateObservation,
  { warmUp }: GateOptions,
): Partial<Record<GateStatistic, WatchState>> {
  return mapWatches(watches, (watch, statistic) => stepWatch(watch, statistic, x, warmUp));
}

function mapWatches(
  watches: GateState['watches'],
  change: (watch: WatchState, statistic: GateStatistic) => WatchState,
): Partial<Record<GateStatistic, WatchState>> {
  return Object.fromEntries(
    Object.entries(watches).map(([name, watch]) => [name, change(watch, name as GateStatistic)]),
  );
}

/** Several detectors share what is tolerable (Bonferroni): each may fire that many times more rarely. */
function thresholdsOf(options: GateOptions): Record<string, number> {
  const { statistics, detector, questionsBetweenFalseAlarms, warmUp } = options;
  const runLength = questionsBetweenFalseAlarms * detectorsOf(statistics);
  return Object.fromEntries(
    statistics.map((name) => [name, gateThreshold(detector, sidesOf(name), runLength, warmUp)]),
  );
}
