import {
  createContextKey,
  isSpanContextValid,
  trace,
  TraceFlags,
  type Context,
} from '@opentelemetry/api';
import {
  SamplingDecision,
  TraceIdRatioBasedSampler,
  type Sampler,
  type SamplingResult,
} from '@opentelemetry/sdk-trace-base';

const KEEP = createContextKey('secl.keep');

/** Asks for a span to be kept whatever the ratio says. */
export function keeping(context: Context): Context {
  return context.setValue(KEEP, true);
}

/**
 * Keeps what must be kept; else what caused it decides, as W3C's flag says; else a ratio of the trace ids, so that
 * all processes keep the same ones.
 */
export function questionSampler(ratio: number): Sampler {
  const byRatio = new TraceIdRatioBasedSampler(ratio);
  const decide = (kept: boolean): SamplingResult => ({
    decision: kept ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD,
  });
  return {
    shouldSample(context, traceId) {
      if (context.getValue(KEEP) === true) return decide(true);
      const parent = trace.getSpanContext(context);
      if (parent === undefined || !isSpanContextValid(parent))
        return byRatio.shouldSample(context, traceId);
      return decide((parent.traceFlags & TraceFlags.SAMPLED) !== 0);
    },
    toString: () => `QuestionSampler{${ratio}}`,
  };
}
