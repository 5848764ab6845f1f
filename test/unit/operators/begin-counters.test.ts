import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { beginCounters } from '../../../src/operators/begin-counters.ts';
import { INSTRUMENTS, type Instrument } from '../../../src/ports/instruments.ts';
import { prometheusName } from '../../support/metrics-table.ts';
import { recordingTelemetry, type Measured } from '../../support/recording-telemetry.ts';

const PLACE = { topic: 'q', partition: 3 };

function begun(learns: boolean): readonly Measured[] {
  const telemetry = recordingTelemetry();
  beginCounters(telemetry, PLACE, learns);
  return telemetry.measured;
}

test('every counter that an alert rule reads is there before anything happens', async () => {
  const rules = await readFile('docker/prometheus/alerts.yaml', 'utf8');
  const read = new Set([...rules.matchAll(/\bsecl_\w+_total\b/g)].map(([name]) => name));
  assert.ok(read.size >= 4);
  const there = new Set(begun(true).map(({ name }) => prometheusName(name, INSTRUMENTS[name])));
  assert.deepEqual(
    [...read].filter((name) => !there.has(name)),
    [],
  );
});

test('each begins at 0, as a counter, with the attributes of its instrument and no others', () => {
  for (const { name, value, attributes } of begun(true)) {
    const { kind, attributes: known } = INSTRUMENTS[name] as Instrument;
    assert.deepEqual([value, kind], [0, 'counter']);
    assert.deepEqual(Object.keys(attributes).toSorted(), known.toSorted(), name);
  }
  const series = begun(true).map(({ name, attributes }) => JSON.stringify([name, attributes]));
  assert.equal(new Set(series).size, series.length);
});

test('where nothing is trained, no decision about adapters can come', () => {
  const decisions = (learns: boolean): number =>
    begun(learns).filter(({ name }) => name === 'secl.adapter.decisions').length;
  assert.equal(decisions(false), 0);
  assert.ok(decisions(true) > 0);
});
