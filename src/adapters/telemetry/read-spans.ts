import { readFile } from 'node:fs/promises';
import type { TraceSpan } from '../../events/trace-span.ts';
import { traceFiles } from './trace-store.ts';

/** A value in OTLP's JSON. */
interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: number | string;
  readonly doubleValue?: number | string;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
}

/** What is read of OTLP's JSON. */
interface Request {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeSpans?: readonly { readonly spans?: readonly Span[] }[];
  }[];
}

interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly KeyValue[];
  readonly events?: readonly { readonly name: string; readonly timeUnixNano: string }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status?: { readonly code?: number; readonly message?: string };
}

type Scalar = string | number | boolean;

function valueOf(value: AnyValue): TraceSpan['attributes'][string] {
  const { arrayValue } = value;
  return arrayValue === undefined
    ? scalarOf(value)
    : (arrayValue.values ?? []).map((item) => scalarOf(item));
}

function scalarOf({ stringValue, boolValue, intValue, doubleValue }: AnyValue): Scalar {
  if (boolValue !== undefined) return boolValue;
  const number = intValue ?? doubleValue;
  return number === undefined ? (stringValue ?? '') : Number(number);
}

const attributesOf = (attributes: readonly KeyValue[] = []): TraceSpan['attributes'] =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));

/** Microseconds are kept: a number holds no more of an epoch. */
const msOf = (nanoseconds: string): number => Number(BigInt(nanoseconds) / 1000n) / 1000;

/** OTLP's code for a failure. */
const ERROR = 2;

/** The spans of one line; none of a line that was cut off or is no request. */
export function spansOfLine(line: string): TraceSpan[] {
  try {
    const request = JSON.parse(line) as Request;
    return (request.resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) => {
      const service = attributesOf(resource?.attributes)['service.name'];
      return scopeSpans.flatMap(({ spans = [] }) =>
        spans.map((span): TraceSpan => {
          const { status } = span;
          const attributes = attributesOf(span.attributes);
          return {
            traceId: span.traceId,
            spanId: span.spanId,
            parentSpanId: span.parentSpanId === '' ? null : (span.parentSpanId ?? null),
            name: span.name,
            service: typeof service === 'string' ? service : '',
            startMs: msOf(span.startTimeUnixNano),
            endMs: msOf(span.endTimeUnixNano),
            attributes,
            events: (span.events ?? []).map(({ name, timeUnixNano }) => ({
              name,
              atMs: msOf(timeUnixNano),
            })),
            links: (span.links ?? []).map(({ traceId, spanId }) => ({ traceId, spanId })),
            failure:
              status?.code === ERROR
                ? `${String(attributes['error.type'] ?? '')}: ${status.message ?? ''}`
                : null,
          };
        }),
      );
    });
  } catch {
    return [];
  }
}

/**
 * The spans in a store whose line holds one of some texts, oldest first. A line is one trace's, so what is found is
 * near the size of what is asked for, whatever the store's.
 */
export async function readSpans(
  folder: string,
  texts: readonly string[],
): Promise<readonly TraceSpan[]> {
  const spans: TraceSpan[] = [];
  for (const file of await traceFiles(folder)) {
    // A file may go while it is read: the store made room.
    const content = await readFile(file, 'utf8').catch(() => '');
    for (const line of content.split('\n'))
      if (texts.some((text) => line.includes(text))) spans.push(...spansOfLine(line));
  }
  return spans;
}
