import { context, diag, TraceFlags } from '@opentelemetry/api';
import { ExportResultCode, suppressTracing, type ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base';

/** Spans that may wait to be sent: a replay without a model makes tens of thousands a second. */
const QUEUED_SPANS = 65_536;
const BATCH_SPANS = 512;
/** How long a batch waits to fill up. */
const WAIT_MS = 1000;

/**
 * Hands spans that have ended to an exporter, one batch after the other. The SDK's own processor hands out all that is
 * left at once when it is shut down, each batch with 30 s from then on, and exporters of OTLP refuse what is above 30
 * batches.
 */
export class SpanQueue implements SpanProcessor {
  readonly #exporter: SpanExporter;
  #waiting: ReadableSpan[] = [];
  #dropped = 0;
  #sent = 0;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #isClosed = false;

  constructor(exporter: SpanExporter) {
    this.#exporter = exporter;
  }

  /** Batches that the exporter has got rid of. */
  get sent(): number {
    return this.#sent;
  }

  onStart(): void {
    // Nothing is known of it yet.
  }

  onEnd(span: ReadableSpan): void {
    const isSampled = (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
    if (this.#isClosed || !isSampled) return;
    if (this.#waiting.length >= QUEUED_SPANS) {
      this.#dropped += 1;
      return;
    }
    this.#tellDropped();
    this.#waiting.push(span);
    if (this.#waiting.length >= BATCH_SPANS) void this.forceFlush();
    else this.#timer ??= setTimeout(this.#onTime, WAIT_MS).unref();
  }

  /** Resolves when all that was there has been sent or has failed, which is told as a trouble. Never rejects. */
  async forceFlush(): Promise<void> {
    if (this.#waiting.length > 0) this.#sending ??= this.#sendAll();
    await this.#sending;
  }

  async shutdown(): Promise<void> {
    this.#isClosed = true;
    this.#tellDropped();
    await this.forceFlush();
    await this.#exporter.shutdown();
  }

  /** Forgets the timer first: it may fire while a batch is on its way, and the next span needs one of its own. */
  readonly #onTime = (): void => {
    this.#timer = undefined;
    void this.forceFlush();
  };

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    diag.warn(`${this.#dropped} spans were dropped: ${QUEUED_SPANS} were waiting to be sent`);
    this.#dropped = 0;
  }

  /** Not of nothing: it must not end before it is noted that it runs. */
  async #sendAll(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#waiting.length > 0) {
      const { code, error } = await this.#export(this.#waiting.splice(0, BATCH_SPANS));
      if (code === ExportResultCode.SUCCESS) this.#sent += 1;
      else diag.error(error?.message ?? 'spans could not be sent');
    }
    this.#sending = undefined;
  }

  /** Whoever traces what this process requests must not trace the sending of traces. */
  #export(spans: ReadableSpan[]): Promise<ExportResult> {
    return new Promise((resolve) => {
      context.with(suppressTracing(context.active()), () => {
        this.#exporter.export(spans, resolve);
      });
    });
  }
}
