import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  NO_FACTS,
  noteFact,
  type AlertFacts,
  type AlertInput,
} from '../../../src/alerts/alert-facts.ts';
import type { AlertRules } from '../../../src/alerts/alert-rules.ts';
import { judgeAlerts, type AlertFinding } from '../../../src/alerts/judge-alerts.ts';
import { ALERT_RULES, type AlertRule } from '../../../src/events/alert.ts';
import type { Verdict } from '../../../src/events/verdict.ts';
import { ALERT_RULES_OF_TEST as RULES } from '../../support/alerts-fixture.ts';
import { decisionOf } from '../../support/dashboard-fixture.ts';
import { sketchWindow, verdictOf, type WindowSketch } from '../../support/verdict-fixture.ts';

const MINUTE = 60_000;
const NOW = 10_000 * MINUTE;

const window = (
  sketch: WindowSketch,
  verdict: Partial<Verdict> = {},
  over: { scope?: string; sourcePartition?: number } = {},
): AlertInput => ({
  kind: 'window',
  value: { ...sketchWindow(sketch), ...over, verdict: verdictOf({ level: 'trust', ...verdict }) },
});
const answers = (count: number, atMs = NOW): AlertInput => ({ kind: 'answers', count, atMs });
const letters = (count: number, atMs = NOW): AlertInput => ({ kind: 'dead-letters', count, atMs });

function find(
  rule: AlertRule,
  inputs: readonly AlertInput[],
  over: Partial<AlertRules> = {},
): AlertFinding {
  const facts = inputs.reduce<AlertFacts>((known, input) => noteFact(known, input), NO_FACTS);
  const findings = judgeAlerts(facts, { ...RULES, ...over }, NOW, NOW - 5 * MINUTE);
  const found = findings.find((finding) => finding.rule === rule);
  assert.ok(found !== undefined);
  return found;
}

it('judges every rule once', () => {
  const found = judgeAlerts(NO_FACTS, RULES, NOW, NOW);
  assert.deepEqual(
    found.map(({ rule }) => rule),
    [...ALERT_RULES],
  );
  assert.ok(
    found.every(({ level }) => level === null),
    'nothing known is nothing to tell',
  );
});

describe('verdict', () => {
  it('raises what the rules say of the worst partition, over all domains', () => {
    const inputs = [
      window({ ordinal: 0 }),
      window({ ordinal: 0 }, { level: 'do-not-trust', reason: 'Too far.' }, { sourcePartition: 1 }),
    ];
    const found = find('verdict', inputs);
    assert.equal(found.level, 'alert');
    assert.equal(found.reason, 'The verdict on partition 1 is "do not trust": Too far.');
    assert.equal(find('verdict', [window({ ordinal: 0 }, { level: 'caution' })]).level, null);
    const loud = { ...RULES.verdict, caution: 'warning', notEnoughData: 'alert' } as const;
    assert.equal(
      find('verdict', [window({ ordinal: 0 }, { level: 'caution' })], { verdict: loud }).level,
      'warning',
    );
    assert.equal(
      find('verdict', [window({ ordinal: 0 }, { level: 'not-enough-data' })], { verdict: loud })
        .level,
      'alert',
    );
    assert.equal(
      find('verdict', [window({ ordinal: 0 }, { level: 'do-not-trust' }, { scope: 'a' })]).level,
      null,
    );
  });
});

describe('calibration-error', () => {
  it('holds the largest measured error of the partitions against both thresholds', () => {
    const at = (ece: number): AlertFinding =>
      find('calibration-error', [
        window({ ordinal: 0, band: [ece - 0.0625, ece + 0.0625] }),
        window({ ordinal: 0, band: [0, 0.125] }, {}, { sourcePartition: 1 }),
        window({ ordinal: 0, band: [0.8, 0.9] }, {}, { scope: 'a domain' }),
      ]);
    assert.deepEqual([at(0.1875).level, at(0.1875).threshold], [null, 0.2]);
    assert.deepEqual([at(0.25).level, at(0.25).value, at(0.25).threshold], ['warning', 0.25, 0.2]);
    assert.deepEqual([at(0.3125).level, at(0.3125).threshold], ['alert', 0.3]);
    assert.equal(find('calibration-error', [window({ ordinal: 0 })]).value, null);
    const off = { calibrationError: { warning: null, alert: null } };
    assert.equal(
      find('calibration-error', [window({ ordinal: 0, band: [0.8, 0.9] })], off).level,
      null,
    );
  });
});

describe('drift-incident', () => {
  it('goes on until a window lies wholly after the change', () => {
    const at = (ordinal: number, noticedAt: number): AlertFinding =>
      find('drift-incident', [window({ ordinal, noticedAt })]);
    assert.equal(at(0, 0).level, null, 'the beginning is no incident');
    assert.equal(at(2, 201).level, 'warning');
    assert.match(at(2, 230).reason, /noticed at its answer 230/);
    assert.equal(at(2, 200).level, null);
    assert.equal(
      find('drift-incident', [window({ ordinal: 0, noticedAt: 9 })], { driftIncident: 'off' })
        .level,
      null,
    );
  });
});

describe('refused-adapters', () => {
  it('counts those of the last minutes', () => {
    const refused = (minutesAgo: number): AlertInput => ({
      kind: 'decision',
      value: decisionOf({ decision: 'refused', decidedAtMs: NOW - minutesAgo * MINUTE }),
    });
    assert.equal(find('refused-adapters', [refused(60)]).level, null);
    assert.equal(find('refused-adapters', [refused(59)]).level, 'warning');
    const many = find('refused-adapters', [refused(3), refused(2), refused(1)]);
    assert.deepEqual([many.level, many.value], ['alert', 3]);
  });
});

describe('dead-letters', () => {
  it('takes their share, but not of a few', () => {
    assert.equal(find('dead-letters', [letters(2)]).level, null, 'too few to tell');
    assert.equal(find('dead-letters', [answers(298), letters(3)]).level, null);
    const some = find('dead-letters', [answers(297), letters(3)]);
    assert.deepEqual([some.level, some.value], ['warning', 0.01]);
    assert.equal(find('dead-letters', [answers(27), letters(3)]).level, 'alert');
    assert.equal(find('dead-letters', [letters(9, NOW - 61 * MINUTE)]).level, null, 'long ago');
  });
  it('knows that there are none once it has watched for long enough, or need not', () => {
    const after = (minutes: number, over: Partial<AlertRules['deadLetters']> = {}): unknown => {
      const rules = { ...RULES, deadLetters: { ...RULES.deadLetters, ...over } };
      const found = judgeAlerts(NO_FACTS, rules, NOW, NOW - minutes * MINUTE);
      return found.find(({ rule }) => rule === 'dead-letters')?.mayLessen;
    };
    assert.equal(after(59), false);
    assert.equal(after(60), true);
    assert.equal(after(0, { warning: null, alert: null }), true);
  });
});

describe('no-data', () => {
  it('counts from the newest answer, and from the beginning where there is none', () => {
    const at = (minutesAgo: number): AlertFinding =>
      find('no-data', [answers(0, NOW - minutesAgo * MINUTE)]);
    assert.equal(at(29).level, null);
    assert.deepEqual([at(30).level, at(30).value], ['warning', 30]);
    assert.deepEqual([at(120).level, at(120).threshold], ['alert', 120]);
    const none = find('no-data', []);
    assert.deepEqual([none.level, none.value], [null, 5]);
    assert.equal(find('no-data', [], { noData: { warning: 5, alert: null } }).level, 'warning');
    assert.equal(at(-3).value, 0, 'clocks of two machines');
    assert.equal(none.mayLessen, false, 'a watch that begins anew is no answer');
    assert.equal(at(0).mayLessen, true);
    const off = find('no-data', [], { noData: { warning: null, alert: null } });
    assert.equal(off.mayLessen, true);
  });
});
