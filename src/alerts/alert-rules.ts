import type { AlertLevel } from '../events/alert.ts';

/** A level, or none. */
export type RaisedLevel = AlertLevel | 'off';

/** Two thresholds of one number; `null`: that level is not used. */
export interface AlertThresholds {
  readonly warning: number | null;
  readonly alert: number | null;
}

/** What the rules that depend on data do while there is none. */
export const NO_DATA_POLICIES = ['keep', 'resolve', 'warning'] as const;

/** One of {@link NO_DATA_POLICIES}. */
export type NoDataPolicy = (typeof NO_DATA_POLICIES)[number];

/** When alerts fire; `docs/alerts.md` says what to do about each. */
export interface AlertRules {
  /** Level that a verdict raises. */
  readonly verdict: {
    readonly caution: RaisedLevel;
    readonly doNotTrust: RaisedLevel;
    readonly notEnoughData: RaisedLevel;
  };
  /** Measured calibration error of the newest window with labels enough, a fraction. */
  readonly calibrationError: AlertThresholds;
  /** While a change was noticed that no window lies wholly after. */
  readonly driftIncident: RaisedLevel;
  /** Adapters refused or rolled back within so many minutes. */
  readonly refusedAdapters: AlertThresholds & { readonly minutes: number };
  /** Dead letters over all records of so many minutes, a fraction. */
  readonly deadLetters: AlertThresholds & { readonly minutes: number; readonly atLeast: number };
  /** Minutes without an answer. */
  readonly noData: AlertThresholds;
  readonly whileNoData: NoDataPolicy;
  /** For so long a verdict or an error must hold before it fires, so that late labels can settle. Minutes. */
  readonly settleMinutes: number;
  /** A firing alert is told again after so many minutes; 0: never. */
  readonly renotifyMinutes: number;
  /** Answers from one window's start to the next's. */
  readonly step: number;
}
