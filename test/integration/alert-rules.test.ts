import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { INSTRUMENTS, type Instrument } from '../../src/ports/instruments.ts';
import { prometheusName } from '../support/metrics-table.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Dashboard {
  readonly timezone: string;
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: { readonly list: readonly { readonly definition?: string }[] };
  readonly panels: readonly {
    readonly title: string;
    readonly description: string;
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

const rules = (
  parse(await readFile('docker/prometheus/alerts.yaml', 'utf8')) as {
    groups: { rules: Rule[] }[];
  }
).groups.flatMap((group) => group.rules);
const tests = await readFile('docker/prometheus/alerts.test.yaml', 'utf8');
const dashboard = JSON.parse(
  await readFile('docker/grafana/secl-stream.json', 'utf8'),
) as Dashboard;

/** Series by name with their labels: dots are underscores in Prometheus, histograms have three series. */
function seriesOf(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [name, instrument] of Object.entries<Instrument>(INSTRUMENTS)) {
    const base = prometheusName(name, instrument);
    const labels = instrument.attributes.map((attribute) => attribute.replaceAll('.', '_'));
    if (instrument.kind !== 'histogram') found.set(base, labels);
    else {
      found.set(`${base}_bucket`, [...labels, 'le']);
      found.set(`${base}_sum`, labels);
      found.set(`${base}_count`, labels);
    }
  }
  return found;
}

const series = seriesOf();
/** Words that PromQL itself, or Prometheus, brings. */
const KNOWN = new Set(['job', 'le']);

/** Faults of an expression: series that nobody writes, labels that its series do not have. */
function faultsOf(expr: string): string[] {
  const faults: string[] = [];
  const plain = expr.replace(/"[^"]*"/g, '""');
  const names = [...plain.matchAll(/\b(?:secl|messaging|gen_ai|error)_[a-z0-9_]*/g)].map(
    ([name]) => name,
  );
  const labels = new Set(names.flatMap((name) => series.get(name) ?? []));
  for (const name of names)
    if (!series.has(name) && !labels.has(name)) faults.push(`${name} is written by nobody`);
  for (const [, list = ''] of plain.matchAll(/\b(?:by|on) \(([^)]*)\)/g))
    for (const label of list.split(',').map((word) => word.trim()))
      if (!KNOWN.has(label) && !labels.has(label)) faults.push(`no series has ${label}`);
  return faults;
}

/** Why Prometheus' own tool cannot be asked, or `false`. */
function promtoolSkip(): string | false {
  return spawnSync('promtool', ['--version']).error === undefined
    ? false
    : 'promtool is not here: `apt-get install prometheus` (Debian) brings it';
}

describe('alert rules for Prometheus', () => {
  it('are taken by promtool, and each fires and stops there', { skip: promtoolSkip() }, () => {
    for (const parameters of [
      ['check', 'rules', 'alerts.yaml'],
      ['test', 'rules', 'alerts.test.yaml'],
    ]) {
      const { status, stdout, stderr } = spawnSync('promtool', parameters, {
        cwd: 'docker/prometheus',
        encoding: 'utf8',
      });
      assert.equal(status, 0, `${stdout}${stderr}`);
    }
  });

  for (const { alert, expr, labels, annotations } of rules)
    it(`${alert} is of metrics that are there, has a level, and is explained and tested`, async () => {
      assert.deepEqual(faultsOf(expr), []);
      assert.match(expr, /\bsecl_/);
      assert.match(labels['severity'] ?? '', /^(warning|alert)$/);
      assert.equal(annotations['runbook'], 'docs/alerts.md');
      const page = await readFile('docs/alerts.md', 'utf8');
      assert.ok(page.includes(`\`${alert}\``), 'docs/alerts.md says what to do');
      const told = [...tests.matchAll(/alertname: (\w+),? *(exp_alerts: \[\])?/g)].filter(
        ([, name]) => name === alert,
      );
      assert.ok(
        told.some(([, , none]) => none !== undefined),
        'a test sees it silent',
      );
      assert.ok(
        told.some(([, , none]) => none === undefined),
        'a test sees it fire',
      );
    });

  it('finds what is wrong', () => {
    assert.deepEqual(faultsOf('sum(rate(secl_answer_total[5m]))'), [
      'secl_answer_total is written by nobody',
    ]);
    assert.deepEqual(faultsOf('max by (job, secl_colour) (secl_adapter_version)'), [
      'secl_colour is written by nobody',
      'no series has secl_colour',
    ]);
  });
});

describe('the Grafana dashboard', () => {
  it('draws metrics that are there, in UTC, and explains each panel', () => {
    assert.equal(dashboard.timezone, 'utc');
    for (const { title, description, targets } of dashboard.panels) {
      assert.ok(description.length > 5, title);
      for (const { expr, legendFormat } of targets) {
        assert.deepEqual(faultsOf(expr), [], title);
        for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
          const kept = expr.includes('by (')
            ? expr.includes(label)
            : faultsOf(`max by (${label}) (${expr})`).length === 0;
          assert.ok(kept, `${title}: ${label}`);
        }
      }
    }
    for (const { expr } of dashboard.annotations.list) assert.deepEqual(faultsOf(expr), []);
    for (const { definition = '' } of dashboard.templating.list)
      assert.deepEqual(faultsOf(definition), []);
  });
});
