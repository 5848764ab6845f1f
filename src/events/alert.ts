/** What alerts are about; `docs/alerts.md` says what to do about each. */
export const ALERT_RULES = [
  'verdict',
  'calibration-error',
  'drift-incident',
  'refused-adapters',
  'dead-letters',
  'no-data',
] as const;

/** One of {@link ALERT_RULES}. */
export type AlertRule = (typeof ALERT_RULES)[number];

/** How urgent an alert is, the less urgent first. */
export const ALERT_LEVELS = ['warning', 'alert'] as const;

/** One of {@link ALERT_LEVELS}. */
export type AlertLevel = (typeof ALERT_LEVELS)[number];

/** What an alert record says. `reminder`: it goes on. */
export const ALERT_STATES = ['firing', 'reminder', 'resolved'] as const;

/** One of {@link ALERT_STATES}. */
export type AlertState = (typeof ALERT_STATES)[number];

/** An alert that begins, changes its level, goes on or ends, on `qa.alerts`. */
export interface Alert {
  /** Name of the topology. */
  readonly pipeline: string;
  readonly rule: AlertRule;
  readonly state: AlertState;
  /** Of a resolved alert, the level it had. */
  readonly level: AlertLevel;
  /** Why, in one sentence for people; holds no text of a question. */
  readonly reason: string;
  /** What was seen, and what it was held against; `null` where neither is a number. */
  readonly value: number | null;
  readonly threshold: number | null;
  /** Since when it fires, at whatever level. */
  readonly sinceMs: number;
  readonly atMs: number;
}
