import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createStandInLanguageModel } from '../../../../src/adapters/memory/stand-in-language-model.ts';
import { createStandInTrainer } from '../../../../src/adapters/memory/stand-in-trainer.ts';
import { SYSTEM_CLOCK } from '../../../../src/app/system-clock.ts';
import { createPartitionLedger } from '../../../../src/app/worker/partition-ledger.ts';
import { trainGroup } from '../../../../src/app/worker/run-worker.ts';
import type { Question } from '../../../../src/events/question.ts';
import { traceMemory } from '../../../../src/operators/trace-memory.ts';
import { codecs } from '../../../support/loop-run.ts';
import { recordingTelemetry } from '../../../support/recording-telemetry.ts';
import { question } from '../../../support/secl-fixture.ts';
import {
  ask,
  readTopic,
  startWorker,
  until,
  workerDisk,
  workerTopology,
} from '../../../support/worker-run.ts';

const questions: readonly Question[] = Array.from({ length: 24 }, (_, i) =>
  question({ id: `q${i}`, text: `What is the colour of thing ${i}?` }),
);

it('traces go through topics to a trainer elsewhere and back', async () => {
  const topology = workerTopology(2);
  const disk = await workerDisk(topology);
  // The two share what collects their spans, and nothing else: contexts go through records alone.
  const telemetry = recordingTelemetry(false);
  const worker = startWorker(topology, disk, { telemetry, trains: false });
  const drain = new AbortController();
  const trainer = createStandInTrainer({
    baseSha256: createStandInLanguageModel({ contextLength: 2600 }).description.fileSha256,
    store: disk.store,
    clock: SYSTEM_CLOCK,
  });
  const trained = new Promise<void>((resolve, reject) => {
    trainGroup({
      ...{ topology, broker: disk.broker, codecs, clock: SYSTEM_CLOCK, trainer },
      ...{ ledger: createPartitionLedger(SYSTEM_CLOCK), drain: drain.signal },
      tracing: { telemetry, memory: traceMemory() },
    }).subscribe({ complete: resolve, error: reject });
  });
  const decided = (): Promise<unknown[]> =>
    readTopic(disk.broker, topology.topics.adapterDecisions, codecs.adapterDecision);
  let asked = 0;
  await until(async () => {
    // One at a time, so that batches come after adapters.
    if (asked < questions.length)
      await ask(disk.broker, topology.topics.questions, [questions[asked++]!]);
    return (await decided()).length >= 2 && asked === questions.length;
  });
  worker.drain();
  drain.abort();
  await Promise.all([worker.ended, trained]);

  const steps = telemetry.spans.filter(({ name }) => name === 'train');
  const sent = new Set(
    telemetry.spans
      .filter(({ name }) => name === 'send training batch')
      .map(({ context }) => context.traceparent),
  );
  assert.ok(steps.length > 0);
  for (const { parent, links } of steps) {
    assert.ok(sent.has(parent?.traceparent ?? ''), 'a step is a child of what sent its batch');
    assert.ok(links.length > 0);
  }
  const settled = telemetry.spans.filter(({ name }) => name === 'adapter accepted');
  const linked = settled.flatMap(({ links }) => links.map(({ traceparent }) => traceparent));
  assert.ok(linked.length > 0);
  const known = new Set(steps.map(({ context }) => context.traceparent));
  for (const traceparent of linked) assert.ok(known.has(traceparent));
  // Of both partitions, and from both pipelines.
  const measured = new Set(telemetry.measured.map(({ name }) => name));
  for (const name of ['secl.consumer.lag', 'secl.answers', 'secl.training.duration'] as const)
    assert.ok(measured.has(name), name);
});
