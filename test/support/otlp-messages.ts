import protobuf from 'protobufjs';

/**
 * The messages of OTLP 1.x that a client sends, from opentelemetry-proto's definitions (field numbers are theirs).
 * A reader that knows no more than this notices whatever else is sent.
 */
const PROTO = `
syntax = "proto3";
message AnyValue {
  oneof value {
    string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
    ArrayValue array_value = 5; bytes bytes_value = 7;
  }
}
message ArrayValue { repeated AnyValue values = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
message Scope { string name = 1; string version = 2; repeated KeyValue attributes = 3; }

message TraceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; string schema_url = 3; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5;
  int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9; uint32 dropped_attributes_count = 10;
  repeated Event events = 11; uint32 dropped_events_count = 12;
  repeated Link links = 13; uint32 dropped_links_count = 14; Status status = 15; fixed32 flags = 16;
}
message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }
message Link {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; repeated KeyValue attributes = 4;
  uint32 dropped_attributes_count = 5; fixed32 flags = 6;
}
message Status { string message = 2; int32 code = 3; }

message MetricsRequest { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; string schema_url = 3; }
message ScopeMetrics { Scope scope = 1; repeated Metric metrics = 2; string schema_url = 3; }
message Metric {
  string name = 1; string description = 2; string unit = 3;
  oneof data { Gauge gauge = 5; Sum sum = 7; Histogram histogram = 9; }
}
message Gauge { repeated NumberPoint data_points = 1; }
message Sum { repeated NumberPoint data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
message Histogram { repeated HistogramPoint data_points = 1; int32 aggregation_temporality = 2; }
message NumberPoint {
  fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3;
  oneof value { double as_double = 4; sfixed64 as_int = 6; }
  repeated KeyValue attributes = 7;
}
message HistogramPoint {
  fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; fixed64 count = 4; optional double sum = 5;
  repeated fixed64 bucket_counts = 6; repeated double explicit_bounds = 7; repeated KeyValue attributes = 9;
  optional double min = 11; optional double max = 12;
}
`;

const { root } = protobuf.parse(PROTO, { keepCase: true });

/** A value, under the name of its kind. */
export type AnyValue = Readonly<Record<string, unknown>> & {
  readonly array_value?: { readonly values: readonly AnyValue[] };
};

/** An attribute. */
export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

/** What sent a request, and with which instruments. */
interface Resource {
  readonly attributes: readonly KeyValue[];
}

/** A span; nanoseconds since the epoch as text. */
export interface SpanMessage {
  readonly trace_id: string;
  readonly span_id: string;
  /** Empty: none. */
  readonly parent_span_id: string;
  readonly name: string;
  readonly kind: number;
  readonly start_time_unix_nano: string;
  readonly end_time_unix_nano: string;
  readonly attributes: readonly KeyValue[];
  readonly dropped_attributes_count: number;
  readonly events: readonly {
    readonly time_unix_nano: string;
    readonly name: string;
    readonly attributes: readonly KeyValue[];
  }[];
  readonly dropped_events_count: number;
  readonly links: readonly { readonly trace_id: string; readonly span_id: string }[];
  readonly dropped_links_count: number;
  readonly status: { readonly code: number; readonly message: string } | null;
}

/** A request as plain data: ids in lower-case hex, 64-bit integers as text. */
export interface TraceRequest {
  readonly resource_spans: readonly {
    readonly resource: Resource;
    readonly scope_spans: readonly {
      readonly scope: { readonly name: string };
      readonly spans: readonly SpanMessage[];
    }[];
  }[];
}

interface Points<P> {
  readonly data_points: readonly (P & { readonly attributes: readonly KeyValue[] })[];
}

interface NumberPoint {
  readonly as_double?: number;
  readonly as_int?: string;
}

/** A metric; its points stand under the name of its kind. */
export interface MetricMessage {
  readonly name: string;
  readonly unit: string;
  readonly gauge?: Points<NumberPoint>;
  readonly sum?: Points<NumberPoint>;
  readonly histogram?: Points<{ readonly count: string }>;
}

/** The same of metrics. */
export interface MetricsRequest {
  readonly resource_metrics: readonly {
    readonly scope_metrics: readonly { readonly metrics: readonly MetricMessage[] }[];
  }[];
}

/** Requests by their names. */
export interface OtlpRequests {
  readonly TraceRequest: TraceRequest;
  readonly MetricsRequest: MetricsRequest;
}

/** Refuses bytes that hold a field which the message does not have, at any depth. */
function checkFields(type: protobuf.Type, bytes: Uint8Array): void {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = type.fieldsById[tag >>> 3];
    if (field === undefined) throw new Error(`${type.name} has no field ${tag >>> 3}`);
    const inner = field.resolve().resolvedType;
    if (inner instanceof protobuf.Type) checkFields(inner, reader.bytes());
    else reader.skipType(tag & 7);
  }
}

/** Decodes a request and refuses one that holds a field that is not OTLP's. */
export function decodeStrictly<T extends keyof OtlpRequests>(
  type: T,
  bytes: Buffer,
): OtlpRequests[T] {
  const message = root.lookupType(type);
  checkFields(message, bytes);
  const plain = message.toObject(message.decode(bytes), {
    longs: String,
    bytes: String,
    arrays: true,
    defaults: true,
  });
  return hex(plain) as OtlpRequests[T];
}

const IDS = new Set(['trace_id', 'span_id', 'parent_span_id']);

/** The same with ids in hex instead of base64. */
function hex(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hex);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      IDS.has(key) ? Buffer.from(item as string, 'base64').toString('hex') : hex(item),
    ]),
  );
}
