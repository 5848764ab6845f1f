import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SYSTEM_CLOCK } from '../../../src/app/system-clock.ts';
import type { DeadLetter } from '../../../src/events/dead-letter.ts';
import { messagingAttributes, questionSpans } from '../../../src/operators/question-spans.ts';
import { traceMemory } from '../../../src/operators/trace-memory.ts';
import type { Stage, StageTime } from '../../../src/operators/trace-options.ts';
import { traceHeaders } from '../../../src/ports/trace-headers.ts';
import { recordOf } from '../../support/operator-fixture.ts';
import { recordingTelemetry } from '../../support/recording-telemetry.ts';

const BATCH = { traceparent: `00-${'b'.repeat(32)}-${'b'.repeat(16)}-01` };
const ASKER = (flags: string): string => `00-${'a'.repeat(32)}-${'a'.repeat(16)}-${flags}`;
const letter = { code: 'RECORD_INVALID', reason: 'not Avro' } as DeadLetter;
const stages = new Map<Stage, StageTime>([
  ['consume', { startMs: 100, endMs: 101 }],
  ['publish', { startMs: 102, endMs: 103 }],
  ['commit', { startMs: 103, endMs: 107 }],
]);
const times = { polledMs: 100, stages };

function spans(
  headers: Record<string, Uint8Array>,
  letters: DeadLetter | undefined,
  kept = true,
  system = 'kafka',
): ReturnType<typeof recordingTelemetry> & { readonly carried: string | undefined } {
  const telemetry = recordingTelemetry(kept);
  const { carried, finish } = questionSpans(
    {
      record: recordOf(7, null, { headers, timestampMs: 40, key: null }),
      ...{ answer: undefined, letter: letters, written: undefined, sentTo: 'letters' },
    },
    times,
    BATCH,
    {
      ...{ telemetry, memory: traceMemory(), clock: SYSTEM_CLOCK, system },
      ...{ group: 'g', model: 'm' },
    },
  );
  finish(times);
  return Object.assign(telemetry, { carried: carried?.traceparent });
}

describe('questionSpans', () => {
  it('goes on with the trace of who asked', () => {
    const telemetry = spans(traceHeaders({ traceparent: ASKER('01') }), letter);
    const root = telemetry.one('process questions');
    assert.equal(root.parent?.traceparent, ASKER('01'));
    assert.deepEqual(root.links, [BATCH]);
    assert.equal(root.endMs, 107);
    assert.equal(telemetry.carried, telemetry.one('send letters').context.traceparent);
  });

  it('says where a dead letter came from, and why', () => {
    const { attributes, failure } = spans({}, letter).one('process questions');
    assert.equal(failure, 'RECORD_INVALID: not Avro');
    assert.equal(attributes['secl.question.id'], 'questions/2/7');
    assert.equal(attributes['kafka.offset'], 7);
    // Read 60 ms after it was written.
    assert.equal(attributes['secl.question.waited'], 0.06);
    assert.equal(
      spans({}, letter, true, 'secl-embedded-log').one('process questions').attributes[
        'kafka.offset'
      ],
      undefined,
    );
  });

  it('keeps a dead letter of somebody whose trace is not kept', () => {
    const telemetry = spans(traceHeaders({ traceparent: ASKER('00') }), letter, false);
    assert.equal(telemetry.spans.length, 4);
  });
});

describe('messagingAttributes', () => {
  it('has a type for each operation', () => {
    const types = (['poll', 'process', 'send', 'commit'] as const).map(
      (operation) =>
        messagingAttributes({ system: 's', group: 'g' }, operation, 't', null)[
          'messaging.operation.type'
        ],
    );
    assert.deepEqual(types, ['receive', 'process', 'send', 'settle']);
  });
});
