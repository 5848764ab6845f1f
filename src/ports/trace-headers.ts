import type { RecordHeaders } from './broker.ts';
import type { TraceContext } from './telemetry.ts';

const TRACEPARENT = 'traceparent';
const TRACESTATE = 'tracestate';
/** Contexts of what a record came from besides its parent, in traceparent's form, one after the other. */
const LINKS = 'secl-link';
/** Longest tracestate that is taken: W3C asks for at least 512 characters to be handed on. */
const TRACESTATE_CHARS = 8192;
/** Most links of a span: OpenTelemetry's own limit. */
const MOST_LINKS = 128;

const FORM = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** Printable ASCII, as in W3C's `tracestate`. */
const PRINTABLE = /^[\x20-\x7e]+$/;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Headers with which a record carries a context on. Source: W3C Trace Context, level 1, as Kafka clients do. */
export function traceHeaders(
  { traceparent, tracestate }: TraceContext,
  links: readonly TraceContext[] = [],
): RecordHeaders {
  const linked = links.slice(0, MOST_LINKS).map((link) => link.traceparent);
  return {
    [TRACEPARENT]: encoder.encode(traceparent),
    ...(tracestate === undefined ? {} : { [TRACESTATE]: encoder.encode(tracestate) }),
    ...(linked.length === 0 ? {} : { [LINKS]: encoder.encode(linked.join(',')) }),
  };
}

/** The context that a record carries; `undefined` without one, or with one that is damaged. */
export function contextOfHeaders(headers: RecordHeaders): TraceContext | undefined {
  const value = headers[TRACEPARENT];
  const traceparent = value === undefined ? '' : decoder.decode(value);
  if (!FORM.test(traceparent)) return undefined;
  const state = headers[TRACESTATE];
  const tracestate =
    state === undefined || state.length > TRACESTATE_CHARS ? '' : decoder.decode(state);
  return PRINTABLE.test(tracestate) ? { traceparent, tracestate } : { traceparent };
}

/** Contexts that a record is linked to; damaged ones are left out. */
export function linksOfHeaders(headers: RecordHeaders): TraceContext[] {
  const value = headers[LINKS];
  if (value === undefined) return [];
  return decoder
    .decode(value)
    .split(',')
    .filter((traceparent) => FORM.test(traceparent))
    .slice(0, MOST_LINKS)
    .map((traceparent) => ({ traceparent }));
}
