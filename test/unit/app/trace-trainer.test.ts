import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SYSTEM_CLOCK } from '../../../src/app/system-clock.ts';
import { traceTrainer } from '../../../src/app/trace-trainer.ts';
import { SeclError } from '../../../src/errors/secl-error.ts';
import type { AdapterRecord } from '../../../src/events/adapter.ts';
import type { TrainingBatch } from '../../../src/events/training-batch.ts';
import { traceMemory } from '../../../src/operators/trace-memory.ts';
import { NO_TELEMETRY } from '../../../src/ports/no-telemetry.ts';
import type { Trainer } from '../../../src/ports/trainer.ts';
import { recordingTelemetry } from '../../support/recording-telemetry.ts';

const batch = { batchId: 'id', lineage: 'l', ordinal: 2, samples: [] } as unknown as TrainingBatch;
const record = {
  sha256: 'abc',
  forwardTokens: 12,
  loss: { before: 2, after: 1 },
} as AdapterRecord;
const trainer = (train: Trainer['train']): Trainer => ({ train, close: () => Promise.resolve() });

describe('traceTrainer', () => {
  it('makes a step of what sent its batch', async () => {
    const telemetry = recordingTelemetry(false);
    const memory = traceMemory();
    const context = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` };
    const links = [{ traceparent: `00-${'3'.repeat(32)}-${'4'.repeat(16)}-01` }];
    memory.batches.set('id', { context, links });
    const traced = traceTrainer(
      trainer(() => Promise.resolve(record)),
      { telemetry, memory, clock: SYSTEM_CLOCK },
    );
    assert.equal(await traced.train(batch), record);
    const span = telemetry.one('train');
    assert.equal(span.parent, context);
    assert.equal(span.links, links);
    assert.equal(span.attributes['secl.adapter.loss_after'], 1);
    assert.notEqual(span.endMs, null);
    assert.equal(memory.steps.get('id'), span.context);
    await traced.close();
  });

  it('records a failure and passes it on', async () => {
    const telemetry = recordingTelemetry();
    const error = new SeclError('TRAINING_FAILED', 'a number is not finite');
    const traced = traceTrainer(
      trainer(() => Promise.reject(error)),
      { telemetry, memory: traceMemory(), clock: SYSTEM_CLOCK },
    );
    await assert.rejects(traced.train(batch), error);
    assert.equal(telemetry.one('train').failure, 'TRAINING_FAILED: a number is not finite');
  });

  it('is the trainer itself where telemetry is off', () => {
    const plain = trainer(() => Promise.resolve(record));
    const options = { telemetry: NO_TELEMETRY, memory: traceMemory(), clock: SYSTEM_CLOCK };
    assert.equal(traceTrainer(plain, options), plain);
  });
});
