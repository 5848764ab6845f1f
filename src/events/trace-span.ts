/** A span of a trace as it was kept, when it was over. */
export interface TraceSpan {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** `null`: the trace begins with it. */
  readonly parentSpanId: string | null;
  readonly name: string;
  /** `service.name` of the process that made it. */
  readonly service: string;
  /** Milliseconds since the epoch, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<
    Record<string, string | number | boolean | readonly (string | number | boolean)[]>
  >;
  readonly events: readonly { readonly name: string; readonly atMs: number }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** Why it failed; `null`: it did not. */
  readonly failure: string | null;
}
