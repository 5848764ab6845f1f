import {
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind as Kind,
  SpanStatusCode,
  trace,
  type Attributes as ApiAttributes,
  type HrTime,
  type Span as ApiSpan,
} from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import type { Attributes, Span, SpanKind, Telemetry } from '../../ports/telemetry.ts';
import { openMeter } from './open-meter.ts';
import { keeping, questionSampler } from './question-sampler.ts';
import { spanContextOf, traceContextOf } from './span-context.ts';
import { spanExporters } from './span-exporters.ts';
import { SpanQueue } from './span-queue.ts';
import type { TelemetrySettings } from './telemetry-settings.ts';
import { whileMoving } from './while-moving.ts';

/** Name and form of what is measured here; attributes say the rest. */
const SCOPE = 'secl-stream';
/** Longest text of an attribute: questions and answers are cut there. */
const ATTRIBUTE_CHARS = 16 * 1024;
/** How long closing waits while nothing of what is left gets away. */
const CLOSE_MS = 5000;

const KINDS: Readonly<Record<SpanKind, Kind>> = {
  internal: Kind.INTERNAL,
  client: Kind.CLIENT,
  producer: Kind.PRODUCER,
  consumer: Kind.CONSUMER,
};

/** Milliseconds since the epoch as OpenTelemetry has it, which reads small numbers as another clock's. */
function hrTime(ms: number): HrTime {
  const nanoseconds = BigInt(Math.round(ms * 1000)) * 1000n;
  return [Number(nanoseconds / 1_000_000_000n), Number(nanoseconds % 1_000_000_000n)];
}

/**
 * Opens telemetry over OpenTelemetry's SDK. Nothing global is touched but the logger of its own troubles: whoever
 * uses this as a library may have telemetry of their own.
 */
export async function openTelemetry(settings: TelemetrySettings): Promise<Telemetry> {
  diag.setLogger(warningsTo(settings.onWarning), {
    logLevel: DiagLogLevel.WARN,
    suppressOverrideMessage: true,
  });
  const resource = resourceFromAttributes(settings.resource);
  const queues = (await spanExporters(settings.traces)).map((exporter) => new SpanQueue(exporter));
  const provider = new BasicTracerProvider({
    resource,
    sampler: questionSampler(queues.length === 0 ? 0 : settings.ratio),
    spanLimits: { attributeValueLengthLimit: ATTRIBUTE_CHARS },
    spanProcessors: queues,
  });
  const tracer = provider.getTracer(SCOPE);
  const meter = await openMeter(settings.metrics, resource, SCOPE);
  return {
    on: true,
    captureContent: settings.captureContent,
    span(name, { kind = 'internal', parent, startMs, keep = false, attributes, links = [] }) {
      const origin =
        parent === undefined
          ? ROOT_CONTEXT
          : trace.setSpanContext(ROOT_CONTEXT, spanContextOf(parent));
      return spanOf(
        tracer.startSpan(
          name,
          {
            kind: KINDS[kind],
            startTime: hrTime(startMs),
            ...(attributes === undefined ? {} : { attributes: plain(attributes) }),
            links: links.map((link) => ({ context: spanContextOf(link) })),
          },
          keep && queues.length > 0 ? keeping(origin) : origin,
        ),
      );
    },
    measure: meter.measure,
    forget: meter.forget,
    async close() {
      const closing = Promise.all([provider.shutdown(), meter.close()])
        .catch((error: unknown) => {
          settings.onWarning(
            `telemetry: ${error instanceof Error ? error.message : String(error)}`,
          );
        })
        .then(() => 'closed' as const);
      const sent = (): number => queues.reduce((sum, queue) => sum + queue.sent, 0);
      if ((await whileMoving(closing, sent, CLOSE_MS)) === undefined)
        settings.onWarning(`telemetry: nothing of what was left was sent within ${CLOSE_MS} ms`);
    },
  };
}

/** OpenTelemetry copies what it is given; its types do not say so. */
function plain(attributes: Attributes): ApiAttributes {
  return attributes as ApiAttributes;
}

function spanOf(span: ApiSpan): Span {
  return {
    context: traceContextOf(span.spanContext()),
    recording: span.isRecording(),
    set(attributes) {
      span.setAttributes(plain(attributes));
    },
    link(contexts) {
      span.addLinks(contexts.map((context) => ({ context: spanContextOf(context) })));
    },
    event(name, attributes, atMs) {
      span.addEvent(name, plain(attributes), hrTime(atMs));
    },
    fail(code, message) {
      span.setAttribute('error.type', code);
      span.setStatus({ code: SpanStatusCode.ERROR, message });
    },
    end(atMs) {
      span.end(hrTime(atMs));
    },
  };
}

/** What a trouble says to people; of its errors the SDK makes JSON with their stacks, too. */
function messageOf(trouble: unknown): string {
  if (trouble instanceof Error) return trouble.message;
  const text = String(trouble);
  if (!text.startsWith('{')) return text;
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}

/** The SDK's troubles, said once each: a receiver that is down is down every second. */
function warningsTo(tell: (message: string) => void): Parameters<typeof diag.setLogger>[0] {
  const said = new Set<string>();
  const warn = (...parts: readonly unknown[]): void => {
    const text = parts.map(messageOf).join(' ').replace(/\s+/g, ' ').slice(0, 300);
    if (said.has(text) || said.size >= 20) return;
    said.add(text);
    tell(`telemetry: ${text}`);
  };
  const ignore = (): void => undefined;
  return { error: warn, warn, info: ignore, debug: ignore, verbose: ignore };
}
