import { choice, flag, fraction, integer, nullable, object, text, type Field } from './shape.ts';
import {
  METRIC_EXPORTERS,
  TRACE_EXPORTERS,
  type TopologyMetrics,
  type TopologyTelemetry,
  type TopologyTraces,
} from './telemetry-topology.ts';

/** Credentials in a URL would end up in files and messages; OTEL_EXPORTER_OTLP_HEADERS takes them. */
const ENDPOINT = {
  pattern: '^[^\\s@?]{1,1000}$',
  rule: 'a URL, path or host:port of 1 to 1000 characters, without credentials or a query',
  hidden: true,
};

/** Keys of telemetry. */
export const TELEMETRY_SHAPE: Field<TopologyTelemetry> = object<TopologyTelemetry>(
  {
    traces: object<TopologyTraces>(
      {
        exporter: choice(
          TRACE_EXPORTERS,
          'store',
          "Where traces go; store: into the run's folder, for `secl trace`.",
        ),
        endpoint: nullable(
          text(ENDPOINT, '', 'URL of a receiver, or path of a file; null: the usual one.'),
        ),
        ratio: fraction(
          1,
          'Fraction of the questions whose traces are kept; bursts, dead letters and failures always are.',
        ),
        storeMiB: integer([1, 65_536], 64, 'Most of the store, in MiB; the oldest goes first.'),
      },
      'Where traces go, and how many.',
    ),
    metrics: object<TopologyMetrics>(
      {
        exporter: choice(METRIC_EXPORTERS, 'none', 'Where metrics go.'),
        endpoint: nullable(
          text(
            ENDPOINT,
            '',
            'URL of a receiver, or host:port for prometheus to ask at; null: the usual one.',
          ),
        ),
        intervalMs: integer([100, 3_600_000], 15_000, 'Time between two sendings.'),
      },
      'Where metrics go, and how often.',
    ),
    captureContent: flag(false, 'Whether texts of questions and answers go into traces.'),
  },
  'What is told of a run while it goes on; no answer depends on it.',
);
