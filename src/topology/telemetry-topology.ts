/** Where traces go. `store`: into the run's folder, for `secl trace`. `file`: OTLP as lines of JSON. */
export const TRACE_EXPORTERS = ['none', 'store', 'file', 'otlp-http', 'otlp-grpc'] as const;

/** Where metrics go. `prometheus`: to whoever asks an address. */
export const METRIC_EXPORTERS = ['none', 'prometheus', 'otlp-http', 'otlp-grpc'] as const;

/** Where traces go, and how many. */
export interface TopologyTraces {
  readonly exporter: (typeof TRACE_EXPORTERS)[number];
  /** URL of a receiver, or the path of a file; `null`: what `OTEL_EXPORTER_OTLP_ENDPOINT` says, or this machine. */
  readonly endpoint: string | null;
  /** Fraction of the questions that are kept besides bursts, dead letters and failures, which always are. */
  readonly ratio: number;
  /** Most of a run's folder that the store takes, in MiB; the oldest goes first. */
  readonly storeMiB: number;
}

/** Where metrics go, and how often. */
export interface TopologyMetrics {
  readonly exporter: (typeof METRIC_EXPORTERS)[number];
  /** URL of a receiver, or `host:port` to be asked at; `null`: the usual one. */
  readonly endpoint: string | null;
  /** Milliseconds between two sendings; of no meaning for `prometheus`. */
  readonly intervalMs: number;
}

/** What is told of a run while it goes on. */
export interface TopologyTelemetry {
  readonly traces: TopologyTraces;
  readonly metrics: TopologyMetrics;
  /** Whether texts of questions and answers go into traces. */
  readonly captureContent: boolean;
}
