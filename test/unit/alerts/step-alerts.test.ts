import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { AlertRules } from '../../../src/alerts/alert-rules.ts';
import type { AlertFinding } from '../../../src/alerts/judge-alerts.ts';
import { standingsOf, stepAlerts, type AlertStandings } from '../../../src/alerts/step-alerts.ts';
import type { Alert, AlertLevel, AlertRule } from '../../../src/events/alert.ts';
import { ALERT_RULES_OF_TEST as RULES, alertOf } from '../../support/alerts-fixture.ts';

const MINUTE = 60_000;

function finding(level: AlertLevel | null, over: Partial<AlertFinding> = {}): AlertFinding {
  return {
    rule: 'dead-letters',
    level,
    reason: 'R.',
    value: 1,
    threshold: 2,
    settles: false,
    needsData: false,
    mayLessen: true,
    ...over,
  };
}

/** What is told of findings, one look a minute. */
function tell(
  looks: readonly (readonly AlertFinding[])[],
  rules: AlertRules = RULES,
  from: AlertStandings = {},
): Alert[] {
  let standings = from;
  return looks.flatMap((findings, minute) => {
    const step = stepAlerts(standings, findings, rules, minute * MINUTE, 'qa');
    standings = step.standings;
    return step.alerts;
  });
}

const short = (alerts: readonly Alert[]): string[] =>
  alerts.map(({ atMs, state, level, sinceMs }) =>
    [atMs / MINUTE, state, level, sinceMs / MINUTE].join(' '),
  );

describe('stepAlerts', () => {
  it('tells beginning, change of level and end, once each', () => {
    const looks = [null, 'warning', 'warning', 'alert', 'warning', null, null] as const;
    assert.deepEqual(short(tell(looks.map((level) => [finding(level)]))), [
      '1 firing warning 1',
      '3 firing alert 1',
      '4 firing warning 1',
      '5 resolved warning 1',
    ]);
  });

  it('tells again what goes on, and never where that is not wanted', () => {
    const looks = Array.from({ length: 8 }, () => [finding('alert')]);
    const rules = { ...RULES, renotifyMinutes: 3 };
    assert.deepEqual(short(tell(looks, rules)), [
      '0 firing alert 0',
      '3 reminder alert 0',
      '6 reminder alert 0',
    ]);
    assert.equal(tell(looks, { ...RULES, renotifyMinutes: 0 }).length, 1);
  });

  it('waits for late labels, before it fires and before it resolves', () => {
    const rules = { ...RULES, settleMinutes: 2 };
    const looks = [null, 'alert', null, 'alert', 'alert', 'alert', null, 'alert', null, null, null];
    const told = tell(
      looks.map((level) => [finding(level as AlertLevel | null, { settles: true })]),
      rules,
    );
    assert.deepEqual(short(told), ['5 firing alert 5', '10 resolved alert 5']);
  });

  it('takes an error that goes to and fro between two levels for the lesser one', () => {
    const rules = { ...RULES, settleMinutes: 2 };
    const looks = [
      'warning',
      'alert',
      'warning',
      'alert',
      'alert',
      'alert',
      'warning',
      null,
    ] as const;
    const told = tell(
      [...looks, 'warning' as const, null, null, null].map((level) => [
        finding(level, { settles: true }),
      ]),
      rules,
    );
    // Minute 2: a warning or worse for two minutes. 5: an alert since 3. 8: less than that since 6, a warning at least;
    // from 9 on nothing.
    assert.deepEqual(short(told), [
      '2 firing warning 2',
      '5 firing alert 2',
      '8 firing warning 2',
      '11 resolved warning 2',
    ]);
  });

  it('goes on after a restart with what it told', () => {
    const told = [
      alertOf({ sinceMs: 0, atMs: 0 }),
      alertOf({ rule: 'no-data', state: 'resolved' }),
    ];
    const standings = standingsOf(told);
    assert.deepEqual(
      tell([[finding('warning'), finding(null, { rule: 'no-data' })]], RULES, standings),
      [],
    );
    assert.deepEqual(short(tell([[finding(null)]], RULES, standings)), ['0 resolved warning 0']);
  });

  it('ends or lessens nothing on the word of a watch that has seen too little', () => {
    const standings = standingsOf([alertOf({ level: 'alert', sinceMs: 0, atMs: 0 })]);
    const unsure = (level: AlertLevel | null): AlertFinding => finding(level, { mayLessen: false });
    const looks = [unsure(null), unsure('warning'), finding('warning'), finding(null)];
    assert.deepEqual(
      short(
        tell(
          looks.map((look) => [look]),
          RULES,
          standings,
        ),
      ),
      ['2 firing warning 0', '3 resolved warning 0'],
    );
    assert.deepEqual(short(tell([[unsure('warning')]])), ['0 firing warning 0']);
  });

  const outage = (rules: Partial<AlertRules>): string[] => {
    const verdict = (level: AlertLevel | null): AlertFinding =>
      finding(level, { rule: 'verdict', needsData: true });
    const silence = (level: AlertLevel | null): AlertFinding => finding(level, { rule: 'no-data' });
    return tell(
      [
        [verdict('alert'), silence(null)],
        [verdict(null), silence('warning')],
        [verdict(null), silence(null)],
      ],
      { ...RULES, ...rules },
    )
      .filter(({ rule }) => rule === 'verdict')
      .map(({ state, level, atMs, reason }) => `${atMs / MINUTE} ${state} ${level} ${reason}`);
  };
  it('keeps, resolves or warns while no data comes, as the rules want it', () => {
    assert.deepEqual(outage({ whileNoData: 'keep' }), ['0 firing alert R.', '2 resolved alert R.']);
    assert.deepEqual(outage({ whileNoData: 'resolve' }), [
      '0 firing alert R.',
      '1 resolved alert R. No data comes.',
    ]);
    assert.deepEqual(outage({ whileNoData: 'warning' }), [
      '0 firing alert R.',
      '1 firing warning R. No data comes.',
      '2 resolved warning R.',
    ]);
  });

  it('whatever is found: every end has its beginning, and nothing is told twice', () => {
    const level = fc.constantFrom(null, 'warning' as const, 'alert' as const);
    const rule = fc.constantFrom<AlertRule>('verdict', 'dead-letters');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(level, rule, fc.boolean()), { maxLength: 60 }),
        fc.nat(3),
        (looks, settleMinutes) => {
          const told = tell(
            looks.map(([found, of, settles]) => [finding(found, { rule: of, settles })]),
            { ...RULES, settleMinutes, renotifyMinutes: 0 },
          );
          for (const of of ['verdict', 'dead-letters']) {
            let standing: AlertLevel | null = null;
            for (const alert of told.filter((candidate) => candidate.rule === of)) {
              if (alert.state === 'resolved') assert.equal(alert.level, standing);
              else assert.notEqual(alert.level, standing);
              standing = alert.state === 'resolved' ? null : alert.level;
            }
          }
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });
});
