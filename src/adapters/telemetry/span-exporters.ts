import { appendFile } from 'node:fs/promises';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { lineExporter } from './line-exporter.ts';
import type { TraceTarget } from './telemetry-settings.ts';
import { traceStore } from './trace-store.ts';

/** An exporter for each target. What speaks to receivers is loaded only where there is one. */
export function spanExporters(targets: readonly TraceTarget[]): Promise<SpanExporter[]> {
  return Promise.all(
    targets.map(async (target): Promise<SpanExporter> => {
      switch (target.kind) {
        case 'store': {
          const { folder, maxBytes } = target;
          const name = `${String(Date.now()).padStart(15, '0')}-${process.pid}`;
          return lineExporter(traceStore(folder, name, maxBytes), true);
        }
        case 'file':
          return lineExporter((lines) => appendFile(target.path, lines), false);
        case 'otlp-http': {
          const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
          return new OTLPTraceExporter(target.url === null ? {} : { url: target.url });
        }
        case 'otlp-grpc': {
          const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-grpc');
          return new OTLPTraceExporter(target.url === null ? {} : { url: target.url });
        }
      }
    }),
  );
}
