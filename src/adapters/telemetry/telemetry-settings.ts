/** Where spans go. */
export type TraceTarget =
  | { readonly kind: 'store'; readonly folder: string; readonly maxBytes: number }
  | { readonly kind: 'file'; readonly path: string }
  /** `null`: what the environment says, or this machine. */
  | { readonly kind: 'otlp-http' | 'otlp-grpc'; readonly url: string | null };

/** Where metrics go. */
export type MetricTarget =
  | { readonly kind: 'prometheus'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'otlp-http' | 'otlp-grpc';
      readonly url: string | null;
      readonly intervalMs: number;
    };

/** What `openTelemetry` needs. */
export interface TelemetrySettings {
  readonly traces: readonly TraceTarget[];
  readonly metrics: readonly MetricTarget[];
  /** Fraction of the traces that are kept beside those that must be. */
  readonly ratio: number;
  readonly captureContent: boolean;
  /** `service.name` and what else is said of this process. */
  readonly resource: Readonly<Record<string, string>>;
  /** Told why telemetry could not be sent; nothing else is disturbed by that. */
  readonly onWarning: (message: string) => void;
}
