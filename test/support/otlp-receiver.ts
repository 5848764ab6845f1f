import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { TraceSpan } from '../../src/events/trace-span.ts';
import {
  decodeStrictly,
  type AnyValue,
  type KeyValue,
  type MetricsRequest,
  type SpanMessage,
  type TraceRequest,
} from './otlp-messages.ts';

/** A span as it was received, with its events' attributes and its kind. */
export interface ReceivedSpan extends Omit<TraceSpan, 'events'> {
  /** 1 internal, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly events: readonly {
    readonly name: string;
    readonly attributes: TraceSpan['attributes'];
  }[];
}

/** One point of a metric as it was received. */
export interface ReceivedPoint {
  readonly name: string;
  readonly unit: string;
  readonly kind: 'gauge' | 'sum' | 'histogram';
  readonly attributes: TraceSpan['attributes'];
  /** Of a histogram: how many were recorded. */
  readonly value: number;
}

/** An OTLP receiver over HTTP that takes nothing but what OTLP allows. */
export interface OtlpReceiver {
  /** Base URL, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it. */
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  readonly points: readonly ReceivedPoint[];
  /** The same, sending by sending. */
  readonly requests: readonly (readonly ReceivedPoint[])[];
  /** Headers of each request. */
  readonly headers: readonly Readonly<Record<string, unknown>>[];
  /** Fails with what was wrong in any request; closes. */
  close(): Promise<void>;
}

function scalarOf(value: AnyValue): string | number | boolean {
  const [name, ...others] = Object.keys(value);
  assert.ok(name !== undefined && others.length === 0, 'a value is of one kind');
  const held = value[name];
  if (name === 'string_value') return held as string;
  if (name === 'bool_value') return held as boolean;
  if (name === 'int_value' || name === 'double_value') return Number(held);
  return assert.fail(`an attribute of kind ${name}`);
}

function attributesOf(list: readonly KeyValue[]): TraceSpan['attributes'] {
  const keys = list.map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length, `an attribute comes twice: ${keys.join(' ')}`);
  return Object.fromEntries(
    list.map(({ key, value }) => {
      assert.match(key, /^[a-z][a-zA-Z0-9_.]*$/, `${key} is no name of an attribute`);
      const { array_value: array } = value;
      return [key, array === undefined ? scalarOf(value) : array.values.map(scalarOf)];
    }),
  );
}

const ms = (nanoseconds: string): number => Number(BigInt(nanoseconds) / 1000n) / 1000;

function spansOf({ resource_spans: received }: TraceRequest): ReceivedSpan[] {
  return received.flatMap(({ resource, scope_spans: scopes }) => {
    const service = attributesOf(resource.attributes)['service.name'];
    assert.ok(typeof service === 'string', 'the resource has a service.name');
    return scopes.flatMap(({ scope, spans }) => {
      assert.notEqual(scope.name, '');
      return spans.map((span) => spanOf(span, service));
    });
  });
}

function spanOf(span: SpanMessage, service: string): ReceivedSpan {
  assert.match(span.trace_id, /^(?!0{32})[0-9a-f]{32}$/);
  assert.match(span.span_id, /^(?!0{16})[0-9a-f]{16}$/);
  assert.match(span.parent_span_id, /^([0-9a-f]{16})?$/);
  assert.notEqual(span.name, '');
  assert.ok(span.kind >= 1 && span.kind <= 5, 'the kind is specified');
  const [start, end] = [BigInt(span.start_time_unix_nano), BigInt(span.end_time_unix_nano)];
  assert.ok(start > 1_600_000_000_000_000_000n && end >= start, `${span.name} has its times`);
  for (const dropped of ['attributes', 'events', 'links'] as const)
    assert.equal(span[`dropped_${dropped}_count`], 0, `${span.name} lost ${dropped}`);
  return {
    traceId: span.trace_id,
    spanId: span.span_id,
    parentSpanId: span.parent_span_id === '' ? null : span.parent_span_id,
    name: span.name,
    kind: span.kind,
    service,
    startMs: ms(span.start_time_unix_nano),
    endMs: ms(span.end_time_unix_nano),
    attributes: attributesOf(span.attributes),
    events: span.events.map(({ name, time_unix_nano: time, attributes }) => {
      assert.ok(BigInt(time) >= start, 'an event is not before its span');
      return { name, attributes: attributesOf(attributes) };
    }),
    links: span.links.map(({ trace_id: traceId, span_id: spanId }) => {
      assert.match(traceId, /^(?!0{32})[0-9a-f]{32}$/);
      assert.match(spanId, /^(?!0{16})[0-9a-f]{16}$/);
      return { traceId, spanId };
    }),
    failure: span.status?.code === 2 ? span.status.message : null,
  };
}

function pointsOf({ resource_metrics: received }: MetricsRequest): ReceivedPoint[] {
  return received
    .flatMap(({ scope_metrics: scopes }) => scopes.flatMap(({ metrics }) => metrics))
    .flatMap(({ name, unit, gauge, sum, histogram }): ReceivedPoint[] => {
      assert.ok(gauge ?? sum ?? histogram, `${name} is of a known kind`);
      const kind = sum === undefined ? 'gauge' : 'sum';
      return [
        ...((gauge ?? sum)?.data_points.map((point) => ({
          ...({ name, unit, kind } as const),
          attributes: attributesOf(point.attributes),
          value: Number(point.as_double ?? point.as_int),
        })) ?? []),
        ...(histogram?.data_points.map((point) => ({
          ...({ name, unit, kind: 'histogram' } as const),
          attributes: attributesOf(point.attributes),
          value: Number(point.count),
        })) ?? []),
      ];
    });
}

/** Starts an {@link OtlpReceiver} on a free port of this machine. */
export async function otlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const requests: ReceivedPoint[][] = [];
  const headers: Record<string, unknown>[] = [];
  const faults: unknown[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      try {
        headers.push(request.headers);
        assert.equal(request.method, 'POST');
        assert.equal(request.headers['content-type'], 'application/x-protobuf');
        const sent = Buffer.concat(chunks);
        const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
        if (request.url === '/v1/traces') {
          const received = spansOf(decodeStrictly('TraceRequest', body));
          const known = new Set(spans.map(({ spanId }) => spanId));
          for (const { spanId } of received)
            assert.ok(!known.has(spanId), `span ${spanId} comes twice`);
          spans.push(...received);
        } else if (request.url === '/v1/metrics')
          requests.push(pointsOf(decodeStrictly('MetricsRequest', body)));
        else assert.fail(`nobody sends to ${request.url ?? ''}`);
        response.setHeader('content-type', 'application/x-protobuf');
        response.end();
      } catch (error) {
        faults.push(error);
        response.statusCode = 400;
        response.end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    get points() {
      return requests.flat();
    },
    requests,
    headers,
    async close() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      if (faults.length > 0) throw faults[0];
    },
  };
}
