import type { Counter, Gauge, Histogram } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type IMetricReader,
} from '@opentelemetry/sdk-metrics';
import { SeclError } from '../../errors/secl-error.ts';
import { INSTRUMENTS, type Instrument, type InstrumentName } from '../../ports/instruments.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { MetricTarget } from './telemetry-settings.ts';

/** Where measurements go. */
export interface Meter {
  readonly measure: Telemetry['measure'];
  close(): Promise<void>;
}

/** Makes every instrument, and a reader for each target; without a target, nothing is measured. */
export async function openMeter(
  targets: readonly MetricTarget[],
  resource: Resource,
  scope: string,
): Promise<Meter> {
  if (targets.length === 0) return { measure: () => undefined, close: () => Promise.resolve() };
  const readers = await Promise.all(targets.map(readerOf));
  const provider = new MeterProvider({ resource, readers });
  const meter = provider.getMeter(scope);
  const instruments = new Map(
    Object.entries<Instrument>(INSTRUMENTS).map(([name, instrument]) => {
      const { kind, unit, description, buckets } = instrument;
      const options = {
        unit,
        description,
        ...(buckets === undefined ? {} : { advice: { explicitBucketBoundaries: [...buckets] } }),
      };
      switch (kind) {
        case 'counter':
          return [name, adding(meter.createCounter(name, options))] as const;
        case 'gauge':
          return [name, recording(meter.createGauge(name, options))] as const;
        case 'histogram':
          return [name, recording(meter.createHistogram(name, options))] as const;
      }
    }),
  );
  return {
    measure(name: InstrumentName, value, attributes = {}) {
      if (Number.isFinite(value)) instruments.get(name)?.(value, attributes);
    },
    close: () => provider.shutdown(),
  };
}

type Measuring = (value: number, attributes: object) => void;

function adding(counter: Counter): Measuring {
  return (value, attributes) => {
    counter.add(value, { ...attributes });
  };
}

function recording(instrument: Gauge | Histogram): Measuring {
  return (value, attributes) => {
    instrument.record(value, { ...attributes });
  };
}

async function readerOf(target: MetricTarget): Promise<IMetricReader> {
  switch (target.kind) {
    case 'prometheus': {
      const { PrometheusExporter } = await import('@opentelemetry/exporter-prometheus');
      const { host, port } = target;
      const exporter = new PrometheusExporter({ host, port, preventServerStart: true });
      try {
        await exporter.startServer();
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        throw new SeclError(
          'ADDRESS_IN_USE',
          `metrics cannot be offered at ${host}:${port}: ${code ?? String(error)}`,
          {
            hint: 'Name another address in telemetry.metrics.endpoint, or stop what listens there.',
            cause: error,
          },
        );
      }
      return exporter;
    }
    case 'otlp-http': {
      const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-proto');
      const exporter = new OTLPMetricExporter(target.url === null ? {} : { url: target.url });
      return periodic(exporter, target.intervalMs);
    }
    case 'otlp-grpc': {
      const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-grpc');
      const exporter = new OTLPMetricExporter(target.url === null ? {} : { url: target.url });
      return periodic(exporter, target.intervalMs);
    }
  }
}

function periodic(
  exporter: ConstructorParameters<typeof PeriodicExportingMetricReader>[0]['exporter'],
  intervalMs: number,
): IMetricReader {
  return new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: Math.min(intervalMs, 10_000),
  });
}
