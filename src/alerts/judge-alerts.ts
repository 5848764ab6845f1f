import type { AlertLevel, AlertRule } from '../events/alert.ts';
import { overallVerdict, POOLED_SCOPE } from '../verdict/verdict-board.ts';
import { recentRecords, type AlertFacts } from './alert-facts.ts';
import type { AlertRules, AlertThresholds, RaisedLevel } from './alert-rules.ts';

/** What a rule finds at some moment. */
export interface AlertFinding {
  readonly rule: AlertRule;
  /** `null`: all is well. */
  readonly level: AlertLevel | null;
  readonly reason: string;
  readonly value: number | null;
  readonly threshold: number | null;
  /** Whether the rule needs labels, which come late. */
  readonly settles: boolean;
  /** Whether it says something of data, of which there may be none. */
  readonly needsData: boolean;
  /** Whether enough has been watched for an alert that was told before to end, or to become a lesser one. */
  readonly mayLessen: boolean;
}

const MINUTE_MS = 60_000;
const shown = (value: number): string => value.toFixed(3);
const raised = (level: RaisedLevel): AlertLevel | null => (level === 'off' ? null : level);

/** The level that a number reaches, and the threshold it is held against. */
function reach(
  value: number | null,
  { warning, alert }: AlertThresholds,
): { readonly level: AlertLevel | null; readonly threshold: number | null } {
  if (value !== null && alert !== null && value >= alert)
    return { level: 'alert', threshold: alert };
  if (value !== null && warning !== null && value >= warning)
    return { level: 'warning', threshold: warning };
  return { level: null, threshold: warning ?? alert };
}

function verdictFinding({ board }: AlertFacts, { verdict: rules }: AlertRules): AlertFinding {
  const worst = overallVerdict(board);
  const level = worst?.verdict.level ?? 'trust';
  const levels = {
    trust: 'off',
    caution: rules.caution,
    'do-not-trust': rules.doNotTrust,
    'not-enough-data': rules.notEnoughData,
  } as const;
  return {
    rule: 'verdict',
    level: raised(levels[level]),
    reason:
      worst === null
        ? 'No window of answers has closed yet.'
        : `The verdict on partition ${worst.partition} is "${level.replaceAll('-', ' ')}": ${worst.verdict.reason}`,
    value: null,
    threshold: null,
    settles: true,
    needsData: true,
    mayLessen: true,
  };
}

function errorFinding({ board }: AlertFacts, rules: AlertRules): AlertFinding {
  const measured = [...board.values()].flatMap(({ scope, measured: figures, partition }) =>
    scope === POOLED_SCOPE && figures !== null && figures.ece !== null
      ? [{ ...figures, ece: figures.ece, partition }]
      : [],
  );
  const worst = measured.toSorted((a, b) => b.ece - a.ece)[0];
  const reached = reach(worst?.ece ?? null, rules.calibrationError);
  return {
    rule: 'calibration-error',
    ...reached,
    reason:
      worst === undefined
        ? 'No window has had labels enough to measure its calibration error.'
        : `The measured calibration error of partition ${worst.partition} is ${shown(worst.ece)}, over ${worst.n} labelled answers.`,
    value: worst?.ece ?? null,
    settles: true,
    needsData: true,
    mayLessen: true,
  };
}

function incidentFinding({ board }: AlertFacts, rules: AlertRules): AlertFinding {
  const open = [...board.values()].find(
    ({ scope, drift, ordinal }) =>
      scope === POOLED_SCOPE && (drift?.noticedAt ?? 0) > ordinal * rules.step,
  );
  return {
    rule: 'drift-incident',
    level: open === undefined ? null : raised(rules.driftIncident),
    reason:
      open === undefined
        ? 'Every newest window lies wholly after the last change that was noticed.'
        : `Change ${open.drift?.incident ?? 0} of partition ${open.partition} was noticed at its answer ${open.drift?.noticedAt ?? 0}, and no window lies wholly after it.`,
    value: null,
    threshold: null,
    settles: false,
    needsData: true,
    mayLessen: true,
  };
}

function refusedFinding(facts: AlertFacts, rules: AlertRules, nowMs: number): AlertFinding {
  const { minutes } = rules.refusedAdapters;
  const from = nowMs - minutes * MINUTE_MS;
  const count = facts.refusedAtMs.filter((atMs) => atMs > from).length;
  return {
    rule: 'refused-adapters',
    ...reach(count, rules.refusedAdapters),
    reason: `${count} adapters were refused or rolled back within ${minutes} minutes.`,
    value: count,
    settles: false,
    needsData: false,
    mayLessen: true,
  };
}

/** Whether a rule is held against nothing: whatever was told of it ends then. */
function isOff({ warning, alert }: AlertThresholds): boolean {
  return warning === null && alert === null;
}

function lettersFinding(
  facts: AlertFacts,
  rules: AlertRules,
  nowMs: number,
  sinceMs: number,
): AlertFinding {
  const { minutes, atLeast } = rules.deadLetters;
  const { answers, deadLetters } = recentRecords(facts, nowMs, minutes);
  const all = answers + deadLetters;
  const share = all === 0 ? null : deadLetters / all;
  return {
    rule: 'dead-letters',
    ...reach(deadLetters < atLeast ? null : share, rules.deadLetters),
    reason: `${deadLetters} of ${all} records within ${minutes} minutes became dead letters.`,
    value: share,
    settles: false,
    needsData: false,
    // They are counted since watching began: until then it is not known that there are none.
    mayLessen: nowMs - sinceMs >= minutes * MINUTE_MS || isOff(rules.deadLetters),
  };
}

function noDataFinding(
  { lastAnswerAtMs }: AlertFacts,
  rules: AlertRules,
  nowMs: number,
  sinceMs: number,
): AlertFinding {
  const minutes = Math.max(0, nowMs - (lastAnswerAtMs ?? sinceMs)) / MINUTE_MS;
  return {
    rule: 'no-data',
    ...reach(minutes, rules.noData),
    reason:
      lastAnswerAtMs === null
        ? `No answer has come since this was watched, ${Math.floor(minutes)} minutes ago.`
        : `The newest answer is ${Math.floor(minutes)} minutes old.`,
    value: minutes,
    settles: false,
    needsData: false,
    // An answer ends it, not a watch that has begun anew.
    mayLessen: lastAnswerAtMs !== null || isOff(rules.noData),
  };
}

/**
 * What each rule finds at a moment. Pure: time is what the caller says it is.
 *
 * @param watchedSinceMs - When watching began: before that, no answer is missed and no dead letter counted.
 */
export function judgeAlerts(
  facts: AlertFacts,
  rules: AlertRules,
  nowMs: number,
  watchedSinceMs: number,
): readonly AlertFinding[] {
  return [
    verdictFinding(facts, rules),
    errorFinding(facts, rules),
    incidentFinding(facts, rules),
    refusedFinding(facts, rules, nowMs),
    lettersFinding(facts, rules, nowMs, watchedSinceMs),
    noDataFinding(facts, rules, nowMs, watchedSinceMs),
  ];
}
