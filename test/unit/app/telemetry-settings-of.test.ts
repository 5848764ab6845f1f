import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { telemetrySettingsOf, type Environment } from '../../../src/app/telemetry-settings-of.ts';
import type { TelemetrySettings } from '../../../src/adapters/telemetry/telemetry-settings.ts';
import { loadTopology } from '../../../src/app/load-topology.ts';
import type { TopologyMetrics, TopologyTraces } from '../../../src/topology/telemetry-topology.ts';

const { telemetry } = await loadTopology();

function settings(
  environment: Environment,
  traces: Partial<TopologyTraces> = {},
  metrics: Partial<TopologyMetrics> = {},
): TelemetrySettings | undefined {
  return telemetrySettingsOf(
    {
      ...telemetry,
      traces: { ...telemetry.traces, ...traces },
      metrics: { ...telemetry.metrics, ...metrics },
    },
    {
      ...{ runFolder: '/run', serviceName: 'secl-test', serviceVersion: '1.2.3', environment },
      instanceId: 'process 7',
      onWarning: () => undefined,
    },
  );
}

const STORE = { kind: 'store', folder: '/run/traces', maxBytes: 64 * 1024 * 1024 };

describe('telemetrySettingsOf', () => {
  it('keeps traces in the run’s folder where nothing is said', () => {
    const given = settings({});
    assert.deepEqual(given?.traces, [STORE]);
    assert.deepEqual(given.metrics, []);
    assert.equal(given.ratio, 1);
    assert.equal(given.captureContent, false);
    assert.deepEqual(given.resource, {
      'service.name': 'secl-test',
      'service.version': '1.2.3',
      'service.instance.id': 'process 7',
    });
  });

  it('is off where it is switched off', () => {
    assert.equal(settings({ OTEL_SDK_DISABLED: 'TRUE' }), undefined);
    assert.equal(settings({}, { exporter: 'none' }), undefined);
    assert.equal(settings({ OTEL_TRACES_EXPORTER: 'none' }), undefined);
    assert.notEqual(settings({ OTEL_SDK_DISABLED: '' }), undefined);
  });

  it('sends to a receiver of the environment besides', () => {
    const http = { kind: 'otlp-http', url: null };
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' };
    assert.deepEqual(settings(endpoint)?.traces, [STORE, http]);
    assert.deepEqual(settings({ OTEL_TRACES_EXPORTER: 'otlp' })?.traces, [STORE, http]);
    const grpc = { ...endpoint, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc' };
    assert.deepEqual(settings(grpc)?.traces, [STORE, { kind: 'otlp-grpc', url: null }]);
    // A file that says none means it, unless the environment names an exporter outright.
    assert.equal(settings(endpoint, { exporter: 'none' }), undefined);
    const outright = settings({ OTEL_TRACES_EXPORTER: 'otlp' }, { exporter: 'none' });
    assert.deepEqual(outright?.traces, [http]);
  });

  it('does what the topology says', () => {
    assert.deepEqual(settings({}, { exporter: 'otlp-grpc', endpoint: 'http://c:4317' })?.traces, [
      { kind: 'otlp-grpc', url: 'http://c:4317' },
    ]);
    assert.deepEqual(settings({}, { exporter: 'file' })?.traces, [
      { kind: 'file', path: '/run/traces.jsonl' },
    ]);
    assert.deepEqual(settings({}, { exporter: 'file', endpoint: '/a/b' })?.traces, [
      { kind: 'file', path: '/a/b' },
    ]);
  });

  it('samples as the environment says', () => {
    const ratio = (sampler: string, argument?: string): unknown =>
      settings({ OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument })?.ratio;
    assert.equal(ratio('always_off'), 0);
    assert.equal(ratio('parentbased_always_on'), 1);
    assert.equal(ratio('parentbased_traceidratio', '0.25'), 0.25);
    assert.throws(() => ratio('traceidratio', '2'), { code: 'USAGE' });
    assert.throws(() => ratio('xray'), { code: 'USAGE' });
  });

  it('names metrics’ receivers', () => {
    const { metrics } = settings({}, {}, { exporter: 'prometheus' }) ?? {};
    assert.deepEqual(metrics, [{ kind: 'prometheus', host: '127.0.0.1', port: 9464 }]);
    const at = (endpoint: string): unknown =>
      settings({}, {}, { exporter: 'prometheus', endpoint })?.metrics[0];
    assert.deepEqual(at('9000'), { kind: 'prometheus', host: '127.0.0.1', port: 9000 });
    assert.deepEqual(at('[::1]:9000'), { kind: 'prometheus', host: '::1', port: 9000 });
    assert.throws(() => at('nowhere'), { code: 'USAGE' });
    assert.throws(() => at('h:70000'), { code: 'USAGE' });
    assert.deepEqual(
      settings({ OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_PORT: '1' })
        ?.metrics,
      [{ kind: 'prometheus', host: '127.0.0.1', port: 1 }],
    );
    assert.deepEqual(settings({}, {}, { exporter: 'otlp-http', endpoint: 'http://m' })?.metrics, [
      { kind: 'otlp-http', url: 'http://m', intervalMs: 15_000 },
    ]);
    assert.deepEqual(
      settings({ OTEL_METRICS_EXPORTER: 'none' }, {}, { exporter: 'prometheus' })?.metrics,
      [],
    );
    assert.throws(() => settings({ OTEL_METRICS_EXPORTER: 'statsd' }), { code: 'USAGE' });
  });

  it('takes the environment’s receiver, protocol and address before the topology’s', () => {
    const http = { exporter: 'otlp-http', endpoint: 'http://topology:4318' } as const;
    const intervalMs = 15_000;
    for (const name of ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'])
      assert.deepEqual(settings({ [name]: 'http://x' }, http)?.traces, [
        { kind: 'otlp-http', url: null },
      ]);
    const grpc = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    assert.deepEqual(settings(grpc, http)?.traces, [{ kind: 'otlp-grpc', url: http.endpoint }]);
    for (const name of ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'])
      assert.deepEqual(settings({ [name]: 'http://x' }, {}, http)?.metrics, [
        { kind: 'otlp-http', url: null, intervalMs },
      ]);
    // What only another signal has is nothing to this one.
    const other = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://x' };
    assert.deepEqual(settings(other, {}, http)?.metrics, [
      { kind: 'otlp-http', url: http.endpoint, intervalMs },
    ]);
    const outright = settings(
      { OTEL_METRICS_EXPORTER: 'otlp' },
      {},
      {
        exporter: 'otlp-grpc',
        endpoint: 'http://topology:4317',
      },
    );
    assert.deepEqual(outright?.metrics, [
      { kind: 'otlp-grpc', url: 'http://topology:4317', intervalMs },
    ]);
    const address = {
      OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0',
      OTEL_EXPORTER_PROMETHEUS_PORT: '9',
    };
    const prometheus = { exporter: 'prometheus', endpoint: '127.0.0.1:9464' } as const;
    assert.deepEqual(settings(address, {}, prometheus)?.metrics, [
      { kind: 'prometheus', host: '0.0.0.0', port: 9 },
    ]);
    assert.throws(() => settings({ OTEL_EXPORTER_PROMETHEUS_PORT: 'x' }, {}, prometheus), {
      code: 'USAGE',
    });
    // An exporter that is named outright is asked beside the file.
    assert.deepEqual(settings({ OTEL_TRACES_EXPORTER: 'otlp' }, { exporter: 'file' })?.traces, [
      { kind: 'file', path: '/run/traces.jsonl' },
      { kind: 'otlp-http', url: null },
    ]);
  });

  it('takes names from the environment', () => {
    const { resource } =
      settings({
        OTEL_SERVICE_NAME: 'mine',
        OTEL_RESOURCE_ATTRIBUTES:
          'a=b%20c,service.name=other,service.instance.id=pod-1,bad,=x,e=%zz',
      }) ?? {};
    assert.deepEqual(resource, {
      'service.name': 'mine',
      'service.version': '1.2.3',
      'service.instance.id': 'pod-1',
      a: 'b c',
    });
    const named = settings({ OTEL_RESOURCE_ATTRIBUTES: 'service.name=other' });
    assert.equal(named?.resource['service.name'], 'other');
  });

  it('refuses a protocol that it does not speak', () => {
    assert.throws(
      () =>
        settings({
          OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x',
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        }),
      /OTEL_EXPORTER_OTLP_PROTOCOL is "http\/json"/,
    );
  });
});
