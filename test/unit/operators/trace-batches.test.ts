import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { map, Subject } from 'rxjs';
import { SeclError } from '../../../src/errors/secl-error.ts';
import { NO_TELEMETRY } from '../../../src/ports/no-telemetry.ts';
import { SYSTEM_CLOCK } from '../../../src/app/system-clock.ts';
import { traceBatches, UNTRACED } from '../../../src/operators/trace-batches.ts';
import { traceMemory } from '../../../src/operators/trace-memory.ts';
import type { PublishedBatch } from '../../../src/operators/publish-answers.ts';
import type { RecordBatch } from '../../../src/operators/question-batch.ts';
import type { RecordHeaders } from '../../../src/ports/broker.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { ASYNC, disk, lasting, OFF, QUESTIONS, run, topology } from '../../support/loop-run.ts';
import { fakeLease, recordOf } from '../../support/operator-fixture.ts';
import { recordingTelemetry, type RecordedSpan } from '../../support/recording-telemetry.ts';

const roots = ({ spans }: { readonly spans: readonly RecordedSpan[] }): RecordedSpan[] =>
  spans.filter(({ attributes }) => 'secl.question.id' in attributes);
const quiet: Topology = { ...OFF, gate: { ...OFF.gate, kind: 'never' } };

describe('traceBatches', () => {
  it('changes nothing but headers', async () => {
    const telemetry = recordingTelemetry();
    assert.deepEqual(lasting(await run({ telemetry })), lasting(await run()));
    assert.ok(telemetry.spans.length > 0);
  });

  it('costs nothing where telemetry is off', () => {
    const options = { telemetry: NO_TELEMETRY, memory: traceMemory(), clock: SYSTEM_CLOCK };
    assert.equal(traceBatches({ ...options, system: 's', group: 'g', model: 'm' }), UNTRACED);
  });

  it('makes one trace a question, every span of which ends', async () => {
    const telemetry = recordingTelemetry();
    await run({ telemetry });
    assert.equal(roots(telemetry).length, QUESTIONS.length);
    const traces = roots(telemetry).map(({ context }) => context.traceparent.split('-')[1]);
    assert.equal(new Set(traces).size, QUESTIONS.length);
    for (const { name, endMs } of telemetry.spans) assert.notEqual(endMs, null, name);
    for (const root of roots(telemetry)) {
      const phases = telemetry.childrenOf(root).map(({ attributes }) => attributes['secl.phase']);
      assert.deepEqual(
        new Set(phases),
        new Set(
          root.attributes['secl.question.id'] === 'q9'
            ? ['consume', 'publish', 'commit']
            : ['consume', 'answer', 'verbalize', 'gate', 'score', 'publish', 'commit'],
        ),
      );
    }
  });

  it('keeps texts to itself unless they are asked for', async () => {
    const silent = recordingTelemetry();
    await run({ telemetry: silent, questions: QUESTIONS.slice(0, 4), topology: OFF });
    assert.doesNotMatch(JSON.stringify(silent.spans), /colour of thing/);
    const open = recordingTelemetry(true, true);
    await run({ telemetry: open, questions: QUESTIONS.slice(0, 4), topology: OFF });
    assert.match(JSON.stringify(open.spans), /colour of thing 3/);
  });

  it('says of what is not kept no more than that it is not', async () => {
    const telemetry = recordingTelemetry(false);
    const headers: RecordHeaders[] = [];
    const questions = QUESTIONS.filter(({ id }) => id !== 'q9');
    await run({
      ...{ telemetry, questions, topology: quiet },
      onCommit: ({ records }) => {
        headers.push(...records.map((record) => record.headers ?? {}));
      },
    });
    assert.deepEqual(telemetry.spans, []);
    assert.equal(headers.length, questions.length);
    // Who reads the answers learns that nobody is to keep them.
    for (const { traceparent } of headers)
      assert.match(Buffer.from(traceparent ?? []).toString(), /-00$/);
  });

  it('keeps bursts, dead letters and what was learnt, though nothing else is', async () => {
    const telemetry = recordingTelemetry(false);
    await run({ telemetry });
    // Every question stands in a burst or is a dead letter there.
    assert.equal(roots(telemetry).length, QUESTIONS.length);
    const letters = recordingTelemetry(false);
    await run({ telemetry: letters, topology: quiet });
    assert.deepEqual(
      roots(letters).map(({ attributes }) => attributes['secl.question.id']),
      ['q9'],
    );
    assert.match(roots(letters)[0]?.failure ?? '', /^RECORD_INVALID: /);
  });

  it('links a step to what it learnt from, and what became of it to the step', async () => {
    for (const looped of [topology, ASYNC]) {
      const telemetry = recordingTelemetry();
      await run({ telemetry, topology: looped });
      const steps = telemetry.spans.filter(({ name }) => name === 'train');
      assert.ok(steps.length > 1);
      for (const step of steps) {
        assert.ok(step.links.length > 0);
        const questions = new Set(roots(telemetry).map(({ context }) => context.traceparent));
        for (const { traceparent } of step.links) assert.ok(questions.has(traceparent));
      }
      const settled = telemetry.spans.filter(
        ({ attributes }) =>
          attributes['secl.phase'] === 'settle' && attributes['secl.batch.id'] !== undefined,
      );
      assert.ok(settled.length > 0);
      for (const { links, attributes } of settled) {
        const [step] = links.map(({ traceparent }) =>
          steps.find(({ context }) => context.traceparent === traceparent),
        );
        assert.equal(step?.attributes['secl.batch.id'], attributes['secl.batch.id']);
      }
    }
  });

  it('ends the spans of batches that are cut off without an error', () => {
    const telemetry = recordingTelemetry(false);
    const { polled, committed } = traceBatches({
      ...{ telemetry, memory: traceMemory(), clock: SYSTEM_CLOCK },
      ...{ system: 's', group: 'g', model: 'm' },
    });
    const lease = fakeLease({});
    const batches = new Subject<RecordBatch>();
    const subscription = batches
      .pipe(
        polled,
        map((batch) => batch as unknown as PublishedBatch),
        committed,
      )
      .subscribe();
    batches.next({ lease, records: [recordOf(0, Uint8Array.of(1))] });
    subscription.unsubscribe();
    const batch = telemetry.one(`process batch of ${lease.topic}`);
    assert.match(batch.failure ?? '', /^CANCELLED: /);
    assert.notEqual(batch.endMs, null);
  });

  it('records an error with all that it cut off', async () => {
    const telemetry = recordingTelemetry(false);
    let commits = 0;
    const failing = run({
      ...{ telemetry, topology: quiet, on: disk() },
      onCommit: () => {
        commits += 1;
        if (commits === 3) throw new SeclError('FENCED', 'another owner has taken over');
      },
    });
    await assert.rejects(failing, { code: 'FENCED' });
    const failed = telemetry.spans.filter(({ failure }) => failure?.startsWith('FENCED') === true);
    // The batch of the third commit, and the one behind it if it had begun.
    const batches = failed.filter(({ name }) => name.startsWith('process batch'));
    assert.ok(batches.length >= 1 && batches.length <= 2, `${batches.length}`);
    for (const { name, endMs } of telemetry.spans) assert.notEqual(endMs, null, name);
  });
});
