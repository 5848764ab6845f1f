import type { DetectorName } from './detector.ts';

/** Kinds of gates: one that watches for change, and the controls it is compared with. */
export const GATE_KINDS = ['drift', 'always', 'never', 'periodic', 'domains'] as const;

/** One of {@link GATE_KINDS}. */
export type GateKind = (typeof GATE_KINDS)[number];

/** What a gate can watch: all of it free, none of it a label. */
export const GATE_STATISTICS = ['entropy', 'answer-probability', 'hidden'] as const;

/** One of {@link GATE_STATISTICS}. */
export type GateStatistic = (typeof GATE_STATISTICS)[number];

/** Least questions of a warm-up: fewer show nothing. */
export const LEAST_WARM_UP = 4;
/** Most questions of a warm-up: thresholds were simulated up to here. */
export const LONGEST_WARM_UP = 64;

/** A gate's settings, as a topology gives them. */
export interface GateOptions {
  /**
   * `drift` watches; `always` has every question in a burst, `never` none; `periodic` opens one every `period`
   * questions; `domains` opens one where the domain's name changes, which only a control may read.
   */
  readonly kind: GateKind;
  /** At least one for `drift`; together they keep the rate of false alarms. */
  readonly statistics: readonly GateStatistic[];
  readonly detector: DetectorName;
  /**
   * How many questions without a change may pass, on average, before a false alarm; at most 10,000 over the number of
   * detectors, two for `hidden`. Below 100 in all as for 100.
   */
  readonly questionsBetweenFalseAlarms: number;
  /** Questions of a new segment that are only learnt from, in `[LEAST_WARM_UP, LONGEST_WARM_UP]`. */
  readonly warmUp: number;
  /** Questions after a change was noticed in which further alarms belong to it. */
  readonly coolDown: number;
  /** Questions a burst, from 1. */
  readonly burst: number;
  /** Questions between two bursts' starts, for `periodic`, from 1. */
  readonly period: number;
}

/** What was measured with these: docs/gate.md. */
export const DEFAULT_GATE: GateOptions = {
  kind: 'drift',
  statistics: ['hidden'],
  detector: 'cusum',
  questionsBetweenFalseAlarms: 600,
  warmUp: 16,
  coolDown: 16,
  burst: 24,
  period: 100,
};
