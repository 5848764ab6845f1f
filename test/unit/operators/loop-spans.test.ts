import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SYSTEM_CLOCK } from '../../../src/app/system-clock.ts';
import type { AdapterDecision } from '../../../src/events/adapter-decision.ts';
import type { AdapterRecord } from '../../../src/events/adapter.ts';
import type { TrainingBatch } from '../../../src/events/training-batch.ts';
import { settledSpans, trainingSpan } from '../../../src/operators/loop-spans.ts';
import { traceMemory } from '../../../src/operators/trace-memory.ts';
import type { TraceOptions } from '../../../src/operators/trace-options.ts';
import { recordingTelemetry } from '../../support/recording-telemetry.ts';

const contextOf = (digit: string): { traceparent: string } => ({
  traceparent: `00-${digit.repeat(32)}-${digit.repeat(16)}-01`,
});
const BATCH = contextOf('b');
const TIME = { startMs: 1, endMs: 2 };
const decision: AdapterDecision = {
  ...{ lineage: 'l', version: 3, decision: 'accepted', code: 'none', reason: 'it holds up' },
  ...{ activeVersion: 3, decidedAtMs: 0 },
};

function options(): TraceOptions & { telemetry: ReturnType<typeof recordingTelemetry> } {
  return {
    ...{ telemetry: recordingTelemetry(false), memory: traceMemory(), clock: SYSTEM_CLOCK },
    ...{ system: 's', group: 'g', model: 'm' },
  };
}

describe('settledSpans', () => {
  it('leads from an adapter to its step, and its records carry the step', () => {
    const given = options();
    given.memory.steps.set('batch', contextOf('5'));
    const record = { batchId: 'batch' } as AdapterRecord;
    const carried = settledSpans([{ record, decision }], TIME, BATCH, given);
    const span = given.telemetry.one('adapter accepted');
    assert.deepEqual(span.links, [contextOf('5')]);
    assert.equal(span.attributes['secl.adapter.decision.reason'], 'it holds up');
    assert.deepEqual(carried?.context, contextOf('5'));
  });

  it('stands alone where the step is forgotten', () => {
    const given = options();
    const carried = settledSpans([{ record: null, decision }], TIME, BATCH, given);
    const span = given.telemetry.one('adapter accepted');
    assert.deepEqual(span.links, []);
    assert.deepEqual(carried?.context, span.context);
    assert.equal(settledSpans([], TIME, BATCH, given), undefined);
  });
});

describe('trainingSpan', () => {
  it('is linked to the questions that are known, each once, and remembered', () => {
    const given = options();
    given.memory.questions.set('a', contextOf('1'));
    given.memory.questions.set('b', contextOf('2'));
    const samples = ['a', 'b', 'a', 'forgotten'].map((questionId) => ({ questionId }));
    const batch = { batchId: 'id', lineage: 'l', ordinal: 4, samples } as unknown as TrainingBatch;
    const sent = trainingSpan(batch, TIME, BATCH, given);
    const span = given.telemetry.one('send training batch');
    assert.deepEqual(span.links, [contextOf('1'), contextOf('2')]);
    assert.equal(span.attributes['secl.batch.samples'], 4);
    assert.deepEqual(given.memory.batches.get('id'), sent);
    assert.deepEqual(sent.context, span.context);
  });
});
