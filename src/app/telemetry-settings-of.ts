import path from 'node:path';
import type {
  MetricTarget,
  TelemetrySettings,
  TraceTarget,
} from '../adapters/telemetry/telemetry-settings.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { TopologyTelemetry } from '../topology/telemetry-topology.ts';

/** Variables of the environment, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where Prometheus asks for metrics, by OpenTelemetry's convention. */
const PROMETHEUS = { host: '127.0.0.1', port: 9464 };
const MIB = 1024 * 1024;

/** What {@link telemetrySettingsOf} needs beside the topology. */
export interface TelemetryContext {
  /** The run's folder, in which the store and relative paths are. */
  readonly runFolder: string;
  readonly serviceName: string;
  readonly serviceVersion: string;
  readonly environment: Environment;
  readonly onWarning: (message: string) => void;
}

/**
 * Telemetry's settings from topology and environment; `undefined`: it is off. What OpenTelemetry's own variables say
 * wins: `OTEL_SDK_DISABLED`, `OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER` (`otlp`, `prometheus`, `none`),
 * `OTEL_EXPORTER_OTLP_PROTOCOL` and those of a signal, `OTEL_TRACES_SAMPLER` with its `_ARG`, `OTEL_SERVICE_NAME`,
 * `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_EXPORTER_PROMETHEUS_HOST` and `_PORT`. Endpoints, headers and certificates of
 * `OTEL_EXPORTER_OTLP_*` are read by the exporters themselves. The store is kept beside an exporter that only the
 * environment asks for.
 *
 * @throws SeclError `USAGE` for a variable that makes no sense.
 */
export function telemetrySettingsOf(
  { traces, metrics, captureContent }: TopologyTelemetry,
  context: TelemetryContext,
): TelemetrySettings | undefined {
  const { environment, runFolder } = context;
  if (environment['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return undefined;
  const settings: TelemetrySettings = {
    traces: traceTargets(traces, environment, runFolder),
    metrics: metricTargets(metrics, environment),
    ratio: ratioOf(traces.ratio, environment),
    captureContent,
    resource: {
      'service.version': context.serviceVersion,
      ...resourceAttributes(environment['OTEL_RESOURCE_ATTRIBUTES']),
      'service.name': set(environment, 'OTEL_SERVICE_NAME') ?? context.serviceName,
    },
    onWarning: context.onWarning,
  };
  return settings.traces.length === 0 && settings.metrics.length === 0 ? undefined : settings;
}

/** A variable that is set to something. */
function set(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === '' ? undefined : value;
}

function wrong(name: string, value: string, rule: string): SeclError {
  return new SeclError('USAGE', `${name} is "${value}"`, {
    hint: `Set it to ${rule}, or unset it.`,
  });
}

/** The protocol that the environment asks for, for a signal. */
function protocolOf(environment: Environment, signal: string): 'otlp-http' | 'otlp-grpc' {
  const [name, value] =
    [`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL']
      .map((variable) => [variable, set(environment, variable)] as const)
      .find(([, found]) => found !== undefined) ?? [];
  if (value === undefined || value === 'http/protobuf') return 'otlp-http';
  if (value === 'grpc') return 'otlp-grpc';
  throw wrong(name ?? '', value, 'grpc or http/protobuf');
}

function traceTargets(
  { exporter, endpoint, storeMiB }: TopologyTelemetry['traces'],
  environment: Environment,
  runFolder: string,
): TraceTarget[] {
  const store: TraceTarget = {
    kind: 'store',
    folder: path.join(runFolder, 'traces'),
    maxBytes: storeMiB * MIB,
  };
  const wanted = set(environment, 'OTEL_TRACES_EXPORTER');
  if (wanted === 'none') return [];
  if (wanted !== undefined && wanted !== 'otlp')
    throw wrong('OTEL_TRACES_EXPORTER', wanted, 'otlp or none');
  const named =
    set(environment, 'OTEL_EXPORTER_OTLP_ENDPOINT') ??
    set(environment, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  switch (exporter) {
    case 'otlp-http':
    case 'otlp-grpc':
      return [{ kind: exporter, url: endpoint }];
    case 'file':
      return [{ kind: 'file', path: path.resolve(runFolder, endpoint ?? 'traces.jsonl') }];
    case 'store':
    case 'none': {
      const kept = exporter === 'store' ? [store] : [];
      // A file that says "none" means it, unless the environment names an exporter outright.
      const sent = wanted === 'otlp' || (exporter === 'store' && named !== undefined);
      return sent ? [...kept, { kind: protocolOf(environment, 'TRACES'), url: null }] : kept;
    }
  }
}

function metricTargets(
  { exporter, endpoint, intervalMs }: TopologyTelemetry['metrics'],
  environment: Environment,
): MetricTarget[] {
  const wanted = set(environment, 'OTEL_METRICS_EXPORTER');
  if (wanted === 'none') return [];
  if (wanted !== undefined && wanted !== 'otlp' && wanted !== 'prometheus')
    throw wrong('OTEL_METRICS_EXPORTER', wanted, 'otlp, prometheus or none');
  const chosen = wanted === 'otlp' ? protocolOf(environment, 'METRICS') : (wanted ?? exporter);
  const url = chosen === exporter ? endpoint : null;
  switch (chosen) {
    case 'none':
      return [];
    case 'prometheus':
      return [{ kind: 'prometheus', ...addressOf(url, environment) }];
    case 'otlp-http':
    case 'otlp-grpc':
      return [{ kind: chosen, url, intervalMs }];
  }
}

/** Where Prometheus is to ask. */
function addressOf(
  endpoint: string | null,
  environment: Environment,
): { host: string; port: number } {
  const [, host, port] =
    endpoint === null ? [] : (/^(?:\[?([^[\]]*)\]?:)?(\d{1,5})$/.exec(endpoint) ?? [null, '', '']);
  const asked = {
    host: host ?? set(environment, 'OTEL_EXPORTER_PROMETHEUS_HOST') ?? PROMETHEUS.host,
    port: Number(port ?? set(environment, 'OTEL_EXPORTER_PROMETHEUS_PORT') ?? PROMETHEUS.port),
  };
  if (port === '' || !Number.isInteger(asked.port) || asked.port > 65_535)
    throw wrong(
      endpoint === null ? 'OTEL_EXPORTER_PROMETHEUS_PORT' : 'telemetry.metrics.endpoint',
      endpoint ?? String(asked.port),
      'a port, or host:port',
    );
  return asked;
}

function ratioOf(ratio: number, environment: Environment): number {
  const sampler = set(environment, 'OTEL_TRACES_SAMPLER');
  if (sampler === undefined) return ratio;
  switch (sampler.replace('parentbased_', '')) {
    case 'always_on':
      return 1;
    case 'always_off':
      return 0;
    case 'traceidratio': {
      const argument = set(environment, 'OTEL_TRACES_SAMPLER_ARG') ?? '1';
      const value = Number(argument);
      if (value >= 0 && value <= 1) return value;
      throw wrong('OTEL_TRACES_SAMPLER_ARG', argument, 'a number from 0 to 1');
    }
    default:
      throw wrong('OTEL_TRACES_SAMPLER', sampler, 'always_on, always_off or traceidratio');
  }
}

/** `key=value,key=value`, percent-encoded, as OpenTelemetry has it; what is malformed is left out. */
function resourceAttributes(text = ''): Readonly<Record<string, string>> {
  const pairs = text.split(',').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=');
    if (at <= 0) return [];
    try {
      return [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())]];
    } catch {
      return [];
    }
  });
  return Object.fromEntries(pairs);
}
