import assert from 'node:assert/strict';
import type { InstrumentName } from '../../src/ports/instruments.ts';
import type {
  Attributes,
  SpanOptions,
  Telemetry,
  TraceContext,
} from '../../src/ports/telemetry.ts';

/** A span that a test looks at. */
export interface RecordedSpan extends SpanOptions {
  readonly name: string;
  readonly context: TraceContext;
  attributes: Attributes;
  links: readonly TraceContext[];
  events: { name: string; attributes: Attributes; atMs: number }[];
  failure: string | null;
  /** `null`: it has not ended. */
  endMs: number | null;
}

/** One measurement. */
export interface Measured {
  readonly name: InstrumentName;
  readonly value: number;
  readonly attributes: Attributes;
}

/** Telemetry that keeps what it is told; ids are counted. */
export interface RecordingTelemetry extends Telemetry {
  readonly spans: readonly RecordedSpan[];
  readonly measured: readonly Measured[];
  /** Gauges that were taken back. */
  readonly forgotten: readonly Omit<Measured, 'value'>[];
  /** The only span of this name. */
  one(name: string): RecordedSpan;
  /** Names of a span's children, in the order in which they began to be told of. */
  childrenOf(span: RecordedSpan): readonly RecordedSpan[];
}

/** @param kept - Whether spans that nobody insists on are kept. */
export function recordingTelemetry(kept = true, captureContent = false): RecordingTelemetry {
  const spans: RecordedSpan[] = [];
  const measured: Measured[] = [];
  const forgotten: Omit<Measured, 'value'>[] = [];
  let ids = 0;
  const id = (digits: number): string => (++ids).toString(16).padStart(digits, '0');
  return {
    on: true,
    captureContent,
    spans,
    measured,
    forgotten,
    span(name, options) {
      const [, trace, , flags] = options.parent?.traceparent.split('-') ?? [];
      const recording = options.keep === true || (flags === undefined ? kept : flags === '01');
      const context = {
        traceparent: `00-${trace ?? id(32)}-${id(16)}-${recording ? '01' : '00'}`,
      };
      const span: RecordedSpan = {
        ...options,
        name,
        context,
        attributes: options.attributes ?? {},
        links: options.links ?? [],
        events: [],
        failure: null,
        endMs: null,
      };
      if (recording) spans.push(span);
      const still = (): void => assert.equal(span.endMs, null, `${name} has ended`);
      return {
        context,
        recording,
        set(attributes) {
          still();
          span.attributes = { ...span.attributes, ...attributes };
        },
        link(contexts) {
          still();
          span.links = [...span.links, ...contexts];
        },
        event(event, attributes, atMs) {
          still();
          span.events.push({ name: event, attributes, atMs });
        },
        fail(code, message) {
          still();
          span.failure = `${code}: ${message}`;
        },
        end(atMs) {
          still();
          assert.ok(atMs >= options.startMs, `${name} does not end before it begins`);
          span.endMs = atMs;
        },
      };
    },
    measure(name, value, attributes = {}) {
      measured.push({ name, value, attributes });
    },
    forget(name, attributes = {}) {
      forgotten.push({ name, attributes });
    },
    close: () => Promise.resolve(),
    one(name) {
      const found = spans.filter((span) => span.name === name);
      assert.equal(found.length, 1, `spans are ${spans.map((span) => span.name).join(', ')}`);
      return found[0]!;
    },
    childrenOf: (span) =>
      spans.filter(({ parent }) => parent?.traceparent === span.context.traceparent),
  };
}
