import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ROOT_CONTEXT, SpanKind, trace, type Context } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace-base';
import { keeping, questionSampler } from '../../../../src/adapters/telemetry/question-sampler.ts';

const isKept = (ratio: number, context: Context, traceId: string): boolean =>
  questionSampler(ratio).shouldSample(context, traceId, 'x', SpanKind.INTERNAL, {}, []).decision ===
  SamplingDecision.RECORD_AND_SAMPLED;
const below = (traceFlags: number): Context =>
  trace.setSpanContext(ROOT_CONTEXT, {
    ...{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags, isRemote: true },
  });

describe('questionSampler', () => {
  it('keeps what must be kept, whatever else holds', () => {
    for (const context of [ROOT_CONTEXT, below(0), below(1)])
      assert.ok(isKept(0, keeping(context), '1'.repeat(32)));
  });

  it('does as who caused it did', () => {
    assert.ok(isKept(0, below(1), '1'.repeat(32)));
    assert.ok(!isKept(1, below(0), '1'.repeat(32)));
  });

  it('keeps about its ratio of the traces that begin here', () => {
    const ids = Array.from({ length: 4000 }, (_, i) =>
      // Spread by an odd multiplier, so that the ids are not all small.
      (BigInt(i + 1) * 0x9e3779b97f4a7c15f39cc0605cedc835n)
        .toString(16)
        .padStart(32, '0')
        .slice(-32),
    );
    for (const ratio of [0, 0.25, 1]) {
      const share = ids.filter((id) => isKept(ratio, ROOT_CONTEXT, id)).length / ids.length;
      // Five standard deviations of a share of 4000.
      assert.ok(Math.abs(share - ratio) <= 5 * Math.sqrt((ratio * (1 - ratio)) / 4000), `${share}`);
    }
  });
});
