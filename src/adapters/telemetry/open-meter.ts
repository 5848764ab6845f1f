import type {
  Attributes as ApiAttributes,
  Counter,
  Histogram,
  Meter as ApiMeter,
  MetricOptions,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  InstrumentType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type IMetricReader,
} from '@opentelemetry/sdk-metrics';
import { SeclError } from '../../errors/secl-error.ts';
import { INSTRUMENTS, type Instrument, type InstrumentName } from '../../ports/instruments.ts';
import type { Attributes, Telemetry } from '../../ports/telemetry.ts';
import type { MetricTarget } from './telemetry-settings.ts';

/** Where measurements go. */
export interface Meter {
  readonly measure: Telemetry['measure'];
  readonly forget: Telemetry['forget'];
  close(): Promise<void>;
}

/** Makes every instrument, and a reader for each target; without a target, nothing is measured. */
export async function openMeter(
  targets: readonly MetricTarget[],
  resource: Resource,
  scope: string,
): Promise<Meter> {
  if (targets.length === 0)
    return {
      measure: () => undefined,
      forget: () => undefined,
      close: () => Promise.resolve(),
    };
  const readers = (await Promise.all(targets.map(readerOf))).map(tellingWhatStands);
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
          return [name, counting(meter.createCounter(name, options))] as const;
        case 'gauge':
          return [name, standing(meter, name, options)] as const;
        case 'histogram':
          return [name, recording(meter.createHistogram(name, options))] as const;
      }
    }),
  );
  return {
    measure(name: InstrumentName, value, attributes = {}) {
      if (Number.isFinite(value)) instruments.get(name)?.measure(value, attributes);
    },
    forget(name, attributes = {}) {
      instruments.get(name)?.forget?.(attributes);
    },
    close: () => provider.shutdown(),
  };
}

/** An instrument; only of a gauge something can be taken back. */
interface Measuring {
  measure(value: number, attributes: Attributes): void;
  forget?(attributes: Attributes): void;
}

function counting(counter: Counter): Measuring {
  return {
    measure(value, attributes) {
      counter.add(value, plain(attributes));
    },
  };
}

function recording(histogram: Histogram): Measuring {
  return {
    measure(value, attributes) {
      histogram.record(value, plain(attributes));
    },
  };
}

/** A gauge whose values are kept here, where they can be taken back, and asked for at each collection. */
function standing(meter: ApiMeter, name: string, options: MetricOptions): Measuring {
  const values = new Map<string, readonly [number, ApiAttributes]>();
  const keyOf = (attributes: Attributes): string =>
    JSON.stringify(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  meter.createObservableGauge(name, options).addCallback((result) => {
    for (const [value, attributes] of values.values()) result.observe(value, attributes);
  });
  return {
    measure(value, attributes) {
      values.set(keyOf(attributes), [value, plain(attributes)]);
    },
    forget(attributes) {
      values.delete(keyOf(attributes));
    },
  };
}

/** OpenTelemetry's types want lists that can be changed. */
function plain(attributes: Attributes): ApiAttributes {
  return { ...attributes } as ApiAttributes;
}

/**
 * Lets a reader tell of gauges what stood at the collection. A reader of cumulative values goes on telling whatever it
 * was ever told; a gauge is the same number either way. With two readers, one may tell once more what the other one's
 * collection saw.
 */
function tellingWhatStands(reader: IMetricReader): IMetricReader {
  const chosen = reader.selectAggregationTemporality.bind(reader);
  reader.selectAggregationTemporality = (type) =>
    type === InstrumentType.OBSERVABLE_GAUGE ? AggregationTemporality.DELTA : chosen(type);
  return reader;
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
