import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTopology, readTopology } from '../../../src/topology/parse-topology.ts';

const SHORTEST = 'version: 1\nname: t\n';
const faultOf = (text: string): string | undefined => {
  const parsed = parseTopology(`${SHORTEST}${text}`);
  return parsed.ok ? undefined : parsed.faults[0]?.message;
};

describe('telemetry', () => {
  it('reads every key', () => {
    const { telemetry } = readTopology(
      `${SHORTEST}telemetry:
  traces: { exporter: otlp-grpc, endpoint: 'https://c:4317', ratio: 0.5, storeMiB: 8 }
  metrics: { exporter: prometheus, endpoint: '0.0.0.0:9464', intervalMs: 100 }
  captureContent: true`,
      't',
    );
    assert.deepEqual(telemetry, {
      traces: { exporter: 'otlp-grpc', endpoint: 'https://c:4317', ratio: 0.5, storeMiB: 8 },
      metrics: { exporter: 'prometheus', endpoint: '0.0.0.0:9464', intervalMs: 100 },
      captureContent: true,
    });
  });

  it('keeps texts and credentials out unless they are meant', () => {
    assert.equal(readTopology(SHORTEST, 't').telemetry.captureContent, false);
    assert.match(faultOf('telemetry: { captureContent: yes }') ?? '', /must be true or false/);
    assert.match(
      faultOf('telemetry: { traces: { endpoint: "http://me:secret@c" } }') ?? '',
      /without credentials/,
    );
    assert.match(
      faultOf('telemetry: { metrics: { endpoint: "https://c/v1?key=secret" } }') ?? '',
      /without credentials or a query/,
    );
    assert.match(
      faultOf('telemetry: { traces: { exporter: jaeger } }') ?? '',
      /one of none, store/,
    );
    assert.match(faultOf('telemetry: { trace: {} }') ?? '', /did you mean "traces"/);
  });
});
