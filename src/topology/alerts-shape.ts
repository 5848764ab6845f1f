import { NO_DATA_POLICIES, type AlertThresholds, type RaisedLevel } from '../alerts/alert-rules.ts';
import { choice, fraction, integer, nullable, number, object, text, type Field } from './shape.ts';
import { ALERTING_TIMES, type TopologyAlerts, type TopologyWebhook } from './topology.ts';

const LEVELS = ['off', 'warning', 'alert'] as const satisfies readonly RaisedLevel[];
const URL_RULE = {
  pattern: '^https?://[^\\s@?]{1,2000}$',
  rule: 'an http or https address without a name, password or query in it',
  hidden: true,
};
const HEADER_RULE = {
  pattern: '^[A-Za-z0-9-]{1,100}$',
  rule: 'a header name of letters, digits and "-"',
};

/** Two thresholds; `off` where the file says `null`. */
function thresholds(
  make: (fallback: number, description: string) => Field<number>,
  fallback: { readonly [K in keyof AlertThresholds]: number | null },
): { readonly warning: Field<number | null>; readonly alert: Field<number | null> } {
  const of = (level: 'warning' | 'alert'): Field<number | null> => ({
    ...nullable(
      make(0, `From here on it is ${level === 'alert' ? 'an' : 'a'} ${level}; null: never.`),
    ),
    fallback: fallback[level],
  });
  return { warning: of('warning'), alert: of('alert') };
}

const count = (fallback: number, description: string): Field<number> =>
  integer([1, 1_000_000], fallback, description);
const minutes = (fallback: number, description: string): Field<number> =>
  number([0.1, 100_000], fallback, description);
const span = (fallback: number, description: string): Field<number> =>
  integer([1, 1440], fallback, description);

const webhook = object<TopologyWebhook>(
  {
    url: nullable(
      text(URL_RULE, '', 'Alerts are posted here as JSON; SECL_ALERT_WEBHOOK wins; null: nowhere.'),
    ),
    timeoutMs: integer([100, 60_000], 5000, 'How long an answer is waited for.'),
    attempts: integer([1, 20], 6, 'Tries before an alert is given up.'),
    secretHeader: text(
      HEADER_RULE,
      'x-secl-secret',
      'Header that carries the secret of SECL_ALERT_SECRET or SECL_ALERT_SECRET_FILE.',
    ),
  },
  'Where alerts are posted, besides their topic.',
);

/** The keys under `alerts`. */
export const ALERTS_SHAPE: Field<TopologyAlerts> = object<TopologyAlerts>(
  {
    when: choice(
      ALERTING_TIMES,
      'run',
      'Watch under `secl run`, under `secl replay` too, or never.',
    ),
    verdict: object<TopologyAlerts['verdict']>(
      {
        caution: choice(LEVELS, 'off', 'Level that the verdict "caution" raises.'),
        doNotTrust: choice(LEVELS, 'alert', 'Level that the verdict "do not trust" raises.'),
        notEnoughData: choice(LEVELS, 'off', 'Level that "not enough data" raises.'),
      },
      'The verdict, over all domains; the worst partition counts.',
    ),
    calibrationError: object<AlertThresholds>(
      thresholds(fraction, { warning: 0.2, alert: null }),
      'Measured calibration error of the newest window with verdict.minimumLabelled labels.',
    ),
    driftIncident: choice(
      LEVELS,
      'warning',
      'Level raised from a noticed change until a window lies wholly after it.',
    ),
    refusedAdapters: object<TopologyAlerts['refusedAdapters']>(
      {
        ...thresholds(count, { warning: 1, alert: 5 }),
        minutes: span(1440, 'Counted over so many minutes.'),
      },
      'Adapters refused or rolled back.',
    ),
    deadLetters: object<TopologyAlerts['deadLetters']>(
      {
        ...thresholds(fraction, { warning: 0.01, alert: 0.1 }),
        minutes: span(60, 'Counted over so many minutes, since watching began.'),
        atLeast: integer([1, 1_000_000], 3, 'Fewer dead letters than this raise nothing.'),
      },
      'Share of records that become dead letters.',
    ),
    noData: object<AlertThresholds>(
      thresholds(minutes, { warning: 30, alert: 120 }),
      'Minutes without an answer.',
    ),
    whileNoData: choice(
      NO_DATA_POLICIES,
      'keep',
      'What verdict, error and incident do meanwhile: stay as told, resolve, or warn.',
    ),
    settleMinutes: number(
      [0, 10_000],
      2,
      'Verdict and error must hold for so long, so that late labels can settle.',
    ),
    renotifyMinutes: number([0, 100_000], 240, 'An alert that goes on is told again; 0: never.'),
    webhook,
  },
  'When somebody is told, without any server.',
);
