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
  /** Tells this process from others of the same service: their counters must not pass for one. */
  readonly instanceId: string;
  readonly environment: Environment;
  readonly onWarning: (message: string) => void;
}

/**
 * Telemetry's settings from topology and environment; `undefined`: it is off. What OpenTelemetry's own variables say
 * wins: `OTEL_SDK_DISABLED`, `OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER` (`otlp`, `prometheus`, `none`),
 * `OTEL_EXPORTER_OTLP_PROTOCOL` and `_ENDPOINT` and those of a signal, `OTEL_TRACES_SAMPLER` with its `_ARG`,
 * `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_EXPORTER_PROMETHEUS_HOST` and `_PORT`. Endpoints, headers and
 * certificates of `OTEL_EXPORTER_OTLP_*` are read by the exporters themselves. Store and file are kept beside an exporter
 * that only the environment asks for.
 *
 * @throws SeclError `USAGE` for a variable that makes no sense.
 */
export function telemetrySettingsOf(
  { traces, metrics, captureContent }: TopologyTelemetry,
  context: TelemetryContext,
): TelemetrySettings | undefined {
  const { environment, runFolder } = context;
  if (environment['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return undefined;
  const given = resourceAttributes(environment['OTEL_RESOURCE_ATTRIBUTES']);
  const serviceName =
    set(environment, 'OTEL_SERVICE_NAME') ?? given['service.name'] ?? context.serviceName;
  const settings: TelemetrySettings = {
    traces: traceTargets(traces, environment, runFolder),
    metrics: metricTargets(metrics, environment),
    ratio: ratioOf(traces.ratio, environment),
    captureContent,
    resource: {
      'service.version': context.serviceVersion,
      'service.instance.id': context.instanceId,
      ...given,
      'service.name': serviceName,
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

type Signal = 'TRACES' | 'METRICS';
type Otlp = 'otlp-http' | 'otlp-grpc';

const isOtlp = (exporter: string): exporter is Otlp =>
  exporter === 'otlp-http' || exporter === 'otlp-grpc';

/** The protocol that the environment asks for, for a signal; `undefined`: it says none. */
function protocolOf(environment: Environment, signal: Signal): Otlp | undefined {
  const [name, value] =
    [`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL']
      .map((variable) => [variable, set(environment, variable)] as const)
      .find(([, found]) => found !== undefined) ?? [];
  if (value === undefined) return undefined;
  if (value === 'http/protobuf') return 'otlp-http';
  if (value === 'grpc') return 'otlp-grpc';
  throw wrong(name ?? '', value, 'grpc or http/protobuf');
}

/** Whether the environment names a receiver of a signal; exporters read it themselves where they are given none. */
function namesReceiver(environment: Environment, signal: Signal): boolean {
  return [`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`, 'OTEL_EXPORTER_OTLP_ENDPOINT'].some(
    (name) => set(environment, name) !== undefined,
  );
}

/** A receiver by OTLP: the environment's protocol and address before the topology's. */
function otlpTarget(
  exporter: string,
  endpoint: string | null,
  environment: Environment,
  signal: Signal,
): { readonly kind: Otlp; readonly url: string | null } {
  const own = isOtlp(exporter);
  return {
    kind: protocolOf(environment, signal) ?? (own ? exporter : 'otlp-http'),
    // That of another exporter is a file's path, or where Prometheus asks.
    url: own && !namesReceiver(environment, signal) ? endpoint : null,
  };
}

function traceTargets(
  { exporter, endpoint, storeMiB }: TopologyTelemetry['traces'],
  environment: Environment,
  runFolder: string,
): TraceTarget[] {
  const wanted = set(environment, 'OTEL_TRACES_EXPORTER');
  if (wanted === 'none') return [];
  if (wanted !== undefined && wanted !== 'otlp')
    throw wrong('OTEL_TRACES_EXPORTER', wanted, 'otlp or none');
  const receiver = (): TraceTarget => otlpTarget(exporter, endpoint, environment, 'TRACES');
  if (isOtlp(exporter)) return [receiver()];
  const kept: Record<'store' | 'file' | 'none', TraceTarget[]> = {
    store: [{ kind: 'store', folder: path.join(runFolder, 'traces'), maxBytes: storeMiB * MIB }],
    file: [{ kind: 'file', path: path.resolve(runFolder, endpoint ?? 'traces.jsonl') }],
    none: [],
  };
  // A file that says "none" means it, unless the environment names an exporter outright.
  const sent = wanted === 'otlp' || (exporter === 'store' && namesReceiver(environment, 'TRACES'));
  return sent ? [...kept[exporter], receiver()] : kept[exporter];
}

function metricTargets(
  { exporter, endpoint, intervalMs }: TopologyTelemetry['metrics'],
  environment: Environment,
): MetricTarget[] {
  const wanted = set(environment, 'OTEL_METRICS_EXPORTER');
  if (wanted === 'none') return [];
  if (wanted !== undefined && wanted !== 'otlp' && wanted !== 'prometheus')
    throw wrong('OTEL_METRICS_EXPORTER', wanted, 'otlp, prometheus or none');
  if (wanted === 'otlp' || (wanted === undefined && isOtlp(exporter)))
    return [{ ...otlpTarget(exporter, endpoint, environment, 'METRICS'), intervalMs }];
  if (wanted === undefined && exporter === 'none') return [];
  const address = exporter === 'prometheus' ? endpoint : null;
  return [{ kind: 'prometheus', ...addressOf(address, environment) }];
}

function isPort(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}

/** Where Prometheus is to ask: what the environment says before what the topology does. */
function addressOf(
  endpoint: string | null,
  environment: Environment,
): { host: string; port: number } {
  const [, host, port] = /^(?:\[?([^[\]]+)\]?:)?(\d{1,5})$/.exec(endpoint ?? '') ?? [];
  if (endpoint !== null && !isPort(port))
    throw wrong('telemetry.metrics.endpoint', endpoint, 'a port, or host:port');
  const wanted = set(environment, 'OTEL_EXPORTER_PROMETHEUS_PORT');
  if (wanted !== undefined && !isPort(wanted))
    throw wrong('OTEL_EXPORTER_PROMETHEUS_PORT', wanted, 'a port from 0 to 65535');
  return {
    host: set(environment, 'OTEL_EXPORTER_PROMETHEUS_HOST') ?? host ?? PROMETHEUS.host,
    port: Number(wanted ?? port ?? PROMETHEUS.port),
  };
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
