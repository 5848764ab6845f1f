import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { openMeter, type Meter } from '../../../../src/adapters/telemetry/open-meter.ts';
import {
  INSTRUMENTS,
  type Instrument,
  type InstrumentName,
} from '../../../../src/ports/instruments.ts';
import { freePort } from '../../../support/free-port.ts';
import { prometheusName } from '../../../support/metrics-table.ts';
import { otlpReceiver } from '../../../support/otlp-receiver.ts';

const resource = resourceFromAttributes({ 'service.name': 'test' });
const entries = Object.entries<Instrument>(INSTRUMENTS);

/** Uses every instrument once, each with all its attributes. */
function measureAll(meter: Meter): void {
  for (const [name, { attributes }] of entries)
    meter.measure(
      name as InstrumentName,
      0.5,
      Object.fromEntries(attributes.map((attribute) => [attribute, 'x'])),
    );
}

describe('openMeter', () => {
  it('offers every instrument to Prometheus under the name in the table', async () => {
    const port = await freePort();
    const meter = await openMeter([{ kind: 'prometheus', host: '127.0.0.1', port }], resource, 's');
    try {
      measureAll(meter);
      meter.measure('secl.training.share', NaN);
      const response = await fetch(`http://127.0.0.1:${port}/metrics`);
      assert.match(response.headers.get('content-type') ?? '', /^text\/plain/);
      const text = await response.text();
      for (const [name, instrument] of entries) {
        const { kind, attributes } = instrument;
        const exported = prometheusName(name, instrument);
        assert.match(text, new RegExp(`^# TYPE ${exported} ${kind}$`, 'm'));
        const line = text
          .split('\n')
          .find((one) => one.startsWith(`${exported}${kind === 'histogram' ? '_sum' : ''}{`));
        assert.ok(line !== undefined, exported);
        for (const attribute of attributes)
          assert.ok(line.includes(`${attribute.replaceAll('.', '_')}="x"`), line);
        // What is no number was not measured.
        assert.match(line, / 0\.5$/);
      }
    } finally {
      await meter.close();
    }
    await assert.rejects(fetch(`http://127.0.0.1:${port}/metrics`));
  });

  it('sends every instrument by OTLP, with its unit', async () => {
    const receiver = await otlpReceiver();
    const meter = await openMeter(
      [{ kind: 'otlp-http', url: `${receiver.url}/v1/metrics`, intervalMs: 60_000 }],
      resource,
      's',
    );
    measureAll(meter);
    await meter.close();
    await receiver.close();
    const kinds = { counter: 'sum', gauge: 'gauge', histogram: 'histogram' };
    assert.deepEqual(
      new Set(receiver.points.map(({ name, unit, kind }) => `${name} ${unit} ${kind}`)),
      new Set(entries.map(([name, { unit, kind }]) => `${name} ${unit} ${kinds[kind]}`)),
    );
    for (const { name, attributes } of receiver.points)
      assert.deepEqual(
        Object.keys(attributes).toSorted(),
        INSTRUMENTS[name as InstrumentName].attributes.toSorted(),
      );
  });

  it('tells no gauge that was taken back, until it is set again', async () => {
    const port = await freePort();
    const receiver = await otlpReceiver();
    const url = `${receiver.url}/v1/metrics`;
    const meter = await openMeter(
      [
        { kind: 'prometheus', host: '127.0.0.1', port },
        { kind: 'otlp-http', url, intervalMs: 20 },
      ],
      resource,
      's',
    );
    const place = (id: string): Record<string, string> => ({
      'messaging.destination.name': 't',
      'messaging.destination.partition.id': id,
    });
    /** Values of the gauge by partition; the counter goes along. */
    const scraped = async (): Promise<string[]> =>
      (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())
        .split('\n')
        .filter((line) => /^secl_(verdict|answers_total)\{/.test(line))
        .map((line) => line.replace(/^(\w+)\{.*partition_id="(\d)".*\} /, '$1 $2 '))
        .toSorted();
    /** Waits until sendings tell of these partitions: some may be under way that know what was. */
    const sending = async (...wanted: string[]): Promise<void> => {
      const told = (): unknown[] | undefined =>
        receiver.requests
          .at(-1)
          ?.filter(({ name }) => name === 'secl.verdict')
          .map(({ attributes }) => attributes['messaging.destination.partition.id'])
          .toSorted();
      for (let waited = 0; waited < 400 && String(told()) !== String(wanted); waited++)
        await new Promise((resolve) => setTimeout(resolve, 5));
      assert.deepEqual(told(), wanted);
    };
    try {
      for (const id of ['0', '1']) {
        meter.measure('secl.verdict', 3, place(id));
        meter.measure('secl.answers', 1, { ...place(id), 'secl.question.style': 'short' });
      }
      const counted = ['secl_answers_total 0 1', 'secl_answers_total 1 1'];
      // Nothing is told once only: a gauge stands until it is taken back.
      for (let i = 0; i < 2; i++)
        assert.deepEqual(await scraped(), [...counted, 'secl_verdict 0 3', 'secl_verdict 1 3']);
      await sending('0', '1');

      meter.forget('secl.verdict', Object.fromEntries(Object.entries(place('0')).toReversed()));
      meter.forget('secl.answers', { ...place('0'), 'secl.question.style': 'short' });
      await sending('1');
      await scraped();
      assert.deepEqual(await scraped(), [...counted, 'secl_verdict 1 3']);

      meter.forget('secl.verdict', place('1'));
      await sending();
      await scraped();
      assert.deepEqual(await scraped(), counted);

      meter.measure('secl.verdict', 0, place('0'));
      assert.deepEqual(await scraped(), [...counted, 'secl_verdict 0 0']);
      await sending('0');
    } finally {
      await meter.close();
      await receiver.close();
    }
  });

  it('says so where the address is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await assert.rejects(
      openMeter([{ kind: 'prometheus', host: '127.0.0.1', port }], resource, 's'),
      {
        code: 'ADDRESS_IN_USE',
      },
    );
    await new Promise((resolve) => server.close(resolve));
  });

  it('measures nothing without a target', async () => {
    const meter = await openMeter([], resource, 's');
    meter.measure('secl.answers', 1);
    meter.forget('secl.verdict');
    await meter.close();
  });
});
