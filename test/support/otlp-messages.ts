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

/** A request as plain data: bytes in lower-case hex, 64-bit integers as text. */
export type PlainMessage = Readonly<Record<string, unknown>>;

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
export function decodeStrictly(
  type: 'TraceRequest' | 'MetricsRequest',
  bytes: Buffer,
): PlainMessage {
  const message = root.lookupType(type);
  checkFields(message, bytes);
  const plain = message.toObject(message.decode(bytes), {
    longs: String,
    bytes: String,
    arrays: true,
    defaults: true,
  });
  return hex(plain) as PlainMessage;
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
