import { createTraceState, INVALID_SPAN_CONTEXT, type SpanContext } from '@opentelemetry/api';
import type { TraceContext } from '../../ports/telemetry.ts';

/** A context as OpenTelemetry has it; an invalid one for what is none. */
export function spanContextOf({ traceparent, tracestate }: TraceContext): SpanContext {
  const [, traceId, spanId, flags] = traceparent.split('-');
  if (traceId === undefined || spanId === undefined || flags === undefined)
    return INVALID_SPAN_CONTEXT;
  return {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(tracestate === undefined ? {} : { traceState: createTraceState(tracestate) }),
  };
}

/** A context as records carry it. */
export function traceContextOf({
  traceId,
  spanId,
  traceFlags,
  traceState,
}: SpanContext): TraceContext {
  const flags = traceFlags.toString(16).padStart(2, '0');
  const tracestate = traceState?.serialize() ?? '';
  return {
    traceparent: `00-${traceId}-${spanId}-${flags}`,
    ...(tracestate === '' ? {} : { tracestate }),
  };
}
