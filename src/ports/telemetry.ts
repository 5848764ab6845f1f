import type { InstrumentName } from './instruments.ts';

/** What a span or a measurement says of itself. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | readonly string[] | readonly number[]>
>;

/** Names a span beyond this process, as W3C Trace Context does. */
export interface TraceContext {
  /** `00-TRACE-SPAN-FLAGS` in lower-case hex. */
  readonly traceparent: string;
  /** What other systems add; handed on as it came. */
  readonly tracestate?: string | undefined;
}

/** What part a span plays between processes. */
export type SpanKind = 'internal' | 'client' | 'producer' | 'consumer';

/** How a span begins. Times are milliseconds since the epoch, with fractions. */
export interface SpanOptions {
  /** @defaultValue `internal` */
  readonly kind?: SpanKind;
  /** What caused it, here or in another process; absent: a trace begins. */
  readonly parent?: TraceContext | undefined;
  readonly startMs: number;
  /** Keep it whatever the sampling says. @defaultValue false */
  readonly keep?: boolean;
  readonly attributes?: Attributes;
  readonly links?: readonly TraceContext[];
}

/** A stretch of work in a trace. */
export interface Span {
  /** To be carried by whatever it causes. */
  readonly context: TraceContext;
  /** Whether anybody will see it; if not, nothing needs to be said of it. */
  readonly recording: boolean;
  /** Adds attributes, or replaces those of the same names. */
  set(attributes: Attributes): void;
  /** Points at spans that caused this one. */
  link(contexts: readonly TraceContext[]): void;
  /** Notes something that happened meanwhile. */
  event(name: string, attributes: Attributes, atMs: number): void;
  /**
   * Says that the work failed.
   *
   * @param code - A {@link SeclError}'s, or another word of a closed set.
   * @param message - Holds no text of a question.
   */
  fail(code: string, message: string): void;
  /** Ends it, once. */
  end(atMs: number): void;
}

/** Traces and metrics, whoever collects them. Nothing here ever throws: what watches must not break what it watches. */
export interface Telemetry {
  /** `false`: nothing is collected, so that callers need not gather what to say. */
  readonly on: boolean;
  /** Whether questions' and answers' texts may leave the process. */
  readonly captureContent: boolean;
  /** Begins a span. */
  span(name: string, options: SpanOptions): Span;
  /**
   * Adds to a counter, records into a histogram, or sets a gauge: whatever the instrument is.
   *
   * @param attributes - The instrument's own, no others: their values are few.
   */
  measure(name: InstrumentName, value: number, attributes?: Attributes): void;
  /**
   * Tells a gauge of these attributes no more until it is set again: another process may have it now. Other
   * instruments count what has happened here, and keep it.
   */
  forget(name: InstrumentName, attributes?: Attributes): void;
  /** Sends what is left. */
  close(): Promise<void>;
}
