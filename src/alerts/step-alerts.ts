import type { Alert, AlertLevel, AlertRule, AlertState } from '../events/alert.ts';
import type { AlertRules } from './alert-rules.ts';
import type { AlertFinding } from './judge-alerts.ts';

/** How a rule stands. */
export interface RuleStanding {
  /** Level that was last told; `null`: all is well, as far as anybody was told. */
  readonly level: AlertLevel | null;
  /** Since when it fires; of no meaning while `level` is `null`. */
  readonly sinceMs: number;
  /** When it was last told. */
  readonly toldAtMs: number;
  /**
   * What is found that `level` does not say, and since when without a break: of findings that are all worse, or all
   * better, the one nearest to `level`.
   */
  readonly found: AlertLevel | null;
  readonly foundSinceMs: number;
}

/** How the rules stand, by name; a rule that is not there has never fired. */
export type AlertStandings = Readonly<Partial<Record<AlertRule, RuleStanding>>>;

const MINUTE_MS = 60_000;

/** How the rules stood, by what was told of them. */
export function standingsOf(told: readonly Alert[]): AlertStandings {
  const standings: Partial<Record<AlertRule, RuleStanding>> = {};
  for (const { rule, state, level, sinceMs, atMs } of told) {
    const standing = state === 'resolved' ? null : level;
    standings[rule] = {
      level: standing,
      sinceMs,
      toldAtMs: atMs,
      found: standing,
      foundSinceMs: sinceMs,
    };
  }
  return standings;
}

/** How bad a level is: 0 where all is well. */
function severityOf(level: AlertLevel | null): number {
  return level === null ? 0 : level === 'warning' ? 1 : 2;
}

/**
 * What has been found without a break, as {@link RuleStanding} keeps it: an error that goes to and fro between warning
 * and alert is a warning all the while.
 */
function foundSoFar(
  before: RuleStanding | undefined,
  found: AlertLevel | null,
  nowMs: number,
): Pick<RuleStanding, 'found' | 'foundSinceMs'> {
  const told = severityOf(before?.level ?? null);
  const side = Math.sign(severityOf(found) - told);
  if (before === undefined || side === 0) return { found, foundSinceMs: nowMs };
  if (Math.sign(severityOf(before.found) - told) !== side) return { found, foundSinceMs: nowMs };
  const isNearer = Math.abs(severityOf(found) - told) < Math.abs(severityOf(before.found) - told);
  return { found: isNearer ? found : before.found, foundSinceMs: before.foundSinceMs };
}

/** What is found, but nothing less than was told where too little has been watched for that. */
function levelOf({ level, mayLessen }: AlertFinding, told: AlertLevel | null): AlertLevel | null {
  return !mayLessen && severityOf(level) < severityOf(told) ? told : level;
}

/** What is found of a rule while no data comes. */
function withoutData(
  finding: AlertFinding,
  before: RuleStanding | undefined,
  policy: AlertRules['whileNoData'],
): AlertLevel | null {
  if (policy === 'keep') return before?.level ?? null;
  if (policy === 'resolve') return null;
  return finding.level ?? 'warning';
}

/**
 * The fold `(standings, findings, time) → (standings, alerts)`. Pure. An alert is told when it begins, when its level
 * changes, again after `renotifyMinutes`, and when it ends; what depends on labels must have been found for
 * `settleMinutes` before it is told.
 */
export function stepAlerts(
  standings: AlertStandings,
  findings: readonly AlertFinding[],
  rules: AlertRules,
  nowMs: number,
  pipeline: string,
): { readonly standings: AlertStandings; readonly alerts: readonly Alert[] } {
  const next: Partial<Record<AlertRule, RuleStanding>> = { ...standings };
  const alerts: Alert[] = [];
  const levelTold = (rule: AlertRule): AlertLevel | null => standings[rule]?.level ?? null;
  const hasNoData = findings.some(
    (finding) => finding.rule === 'no-data' && levelOf(finding, levelTold('no-data')) !== null,
  );
  for (const finding of findings) {
    const { rule, value, threshold } = finding;
    const before = standings[rule];
    const blind = finding.needsData && hasNoData;
    const reason = blind ? `${finding.reason} No data comes.` : finding.reason;
    const level = levelTold(rule);
    const now = blind ? withoutData(finding, before, rules.whileNoData) : levelOf(finding, level);
    const { found, foundSinceMs } = foundSoFar(before, now, nowMs);
    const settled = nowMs - foundSinceMs >= rules.settleMinutes * MINUTE_MS;
    // What gets worse, and what gets better, must both have settled; a rule that has never fired has nothing to resolve.
    const taken = !finding.settles ? now : settled ? found : level;
    const sinceMs = level === null ? nowMs : (before?.sinceMs ?? nowMs);
    const told = (state: AlertState, at: AlertLevel): void => {
      alerts.push({
        pipeline,
        rule,
        state,
        level: at,
        reason,
        value,
        threshold,
        sinceMs,
        atMs: nowMs,
      });
    };
    let toldAtMs = before?.toldAtMs ?? nowMs;
    if (taken !== level) {
      if (taken !== null) told('firing', taken);
      else if (level !== null) told('resolved', level);
      toldAtMs = nowMs;
    } else if (
      taken !== null &&
      rules.renotifyMinutes > 0 &&
      nowMs - toldAtMs >= rules.renotifyMinutes * MINUTE_MS
    ) {
      told('reminder', taken);
      toldAtMs = nowMs;
    }
    next[rule] = { level: taken, sinceMs, toldAtMs, found, foundSinceMs };
  }
  return { standings: next, alerts };
}
