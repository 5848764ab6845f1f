import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

type Done = Parameters<SpanExporter['export']>[1];

/** What became of a call. */
function result(error?: unknown): ExportResult {
  if (error === undefined) return { code: ExportResultCode.SUCCESS };
  const known = error instanceof Error ? error : new Error('the lines could not be written');
  return { code: ExportResultCode.FAILED, error: known };
}

/** Spans by their traces, in the order in which those come. */
function byTraceId(spans: readonly ReadableSpan[]): ReadableSpan[][] {
  const groups = new Map<string, ReadableSpan[]>();
  for (const span of spans) {
    const { traceId } = span.spanContext();
    const group = groups.get(traceId);
    if (group === undefined) groups.set(traceId, [span]);
    else group.push(span);
  }
  return [...groups.values()];
}

/**
 * Writes spans as lines of OTLP's JSON, as OpenTelemetry's file exporters do: one request a line.
 *
 * @param append - Writes whole lines; they are written one call after the other.
 * @param byTrace - One line a trace, else one a call.
 */
export function lineExporter(
  append: (lines: string) => Promise<void>,
  byTrace: boolean,
): SpanExporter {
  let last: Promise<void> = Promise.resolve();
  const decoder = new TextDecoder();
  const lineOf = (spans: ReadableSpan[]): string => {
    const bytes = JsonTraceSerializer.serializeRequest(spans);
    return bytes === undefined ? '' : `${decoder.decode(bytes)}\n`;
  };
  return {
    export(spans: ReadableSpan[], done: Done): void {
      const groups = byTrace ? byTraceId(spans) : [spans];
      last = last
        .then(() => append(groups.map(lineOf).join('')))
        .then(
          () => {
            // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- two copies of one enum.
            done(result());
          },
          (error: unknown) => {
            // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- two copies of one enum.
            done(result(error));
          },
        );
    },
    forceFlush: () => last,
    shutdown: () => last,
  };
}
