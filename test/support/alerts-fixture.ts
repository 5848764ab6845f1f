import type { AlertRules } from '../../src/alerts/alert-rules.ts';
import type { Alert } from '../../src/events/alert.ts';

/** Rules as the default topology has them, without time to settle. */
export const ALERT_RULES_OF_TEST: AlertRules = {
  verdict: { caution: 'off', doNotTrust: 'alert', notEnoughData: 'off' },
  calibrationError: { warning: 0.2, alert: 0.3 },
  driftIncident: 'warning',
  refusedAdapters: { warning: 1, alert: 3, minutes: 60 },
  deadLetters: { warning: 0.01, alert: 0.1, minutes: 60, atLeast: 3 },
  noData: { warning: 30, alert: 120 },
  whileNoData: 'keep',
  settleMinutes: 0,
  renotifyMinutes: 240,
  step: 100,
};

/** An alert, with changes. */
export function alertOf(over: Partial<Alert> = {}): Alert {
  return {
    pipeline: 'qa',
    rule: 'dead-letters',
    state: 'firing',
    level: 'warning',
    reason: '3 of 30 records within 60 minutes became dead letters.',
    value: 0.1,
    threshold: 0.01,
    sinceMs: Date.UTC(2026, 0, 1),
    atMs: Date.UTC(2026, 0, 1),
    ...over,
  };
}
