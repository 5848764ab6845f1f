import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { firstValueFrom } from 'rxjs';
import { createAdapterIndex } from '../../../../src/app/worker/adapter-index.ts';
import { trainPartition, type TrainedBatch } from '../../../../src/app/worker/train-partition.ts';
import { SeclError } from '../../../../src/errors/secl-error.ts';
import type { AdapterRecord } from '../../../../src/events/adapter.ts';
import type { TrainingBatch } from '../../../../src/events/training-batch.ts';
import type { Trainer } from '../../../../src/ports/trainer.ts';
import { adapterRecord } from '../../../support/adapter-run.ts';
import { codecs } from '../../../support/loop-run.ts';
import { fakeLease, recordOf, type FakeLease } from '../../../support/operator-fixture.ts';
import { tinyBatch } from '../../../support/training-batches.ts';
import { LOOP_TOPICS, trainingLog } from '../../../support/training-log.ts';

const LINEAGE = 'line';
const versionOf = (version: number, over: Partial<AdapterRecord> = {}): AdapterRecord =>
  adapterRecord({ lineage: LINEAGE, version, batchId: `b${version}`, ...over });
const batchOf = (ordinal: number, over: Partial<TrainingBatch> = {}): TrainingBatch =>
  tinyBatch({ lineage: LINEAGE, ordinal, batchId: `b${ordinal}`, ...over });

interface Trained {
  readonly lease: FakeLease;
  readonly result: TrainedBatch;
  readonly trained: string[];
}

/** Trains one batch over a topic that has `known` versions. */
async function trainOne(
  value: Uint8Array | null,
  known: readonly AdapterRecord[] = [],
  train: Trainer['train'] = ({ ordinal }) => Promise.resolve(versionOf(ordinal)),
): Promise<Trained> {
  const log = await trainingLog();
  for (const record of known) await log.adapter(record);
  const lease = fakeLease({ records: [recordOf(5, value, { topic: 'qa.training-batches' })] });
  const trained: string[] = [];
  const result = await firstValueFrom(
    trainPartition(lease, {
      trainer: {
        train: (batch, signal) => {
          trained.push(batch.batchId);
          return train(batch, signal);
        },
        close: () => Promise.resolve(),
      },
      index: createAdapterIndex(log.broker, LOOP_TOPICS.adapters, codecs.adapter),
      topics: LOOP_TOPICS,
      codecs,
      clock: log.clock,
      drain: new AbortController().signal,
    }),
  );
  return { lease, result, trained };
}

const encoded = (batch: TrainingBatch): Uint8Array => codecs.trainingBatch.encode(batch);
const text = (bytes: Uint8Array | null | undefined): string =>
  new TextDecoder().decode(bytes ?? undefined);

describe('trainPartition', () => {
  it('commits the adapter and the place after its batch together', async () => {
    const { lease, result, trained } = await trainOne(encoded(batchOf(1)));
    assert.equal(result.kind, 'trained');
    assert.deepEqual(trained, ['b1']);
    const [commit] = lease.commits;
    assert.equal(commit?.nextOffset, 6n);
    assert.deepEqual(
      commit.records.map(({ topic, partition, key }) => [topic, partition, text(key)]),
      [['qa.adapters', 0, 'line/1']],
    );
    const decoded = codecs.adapter.decode(commit.records[0]?.value ?? new Uint8Array());
    assert.ok(decoded.ok && decoded.value.batchId === 'b1');
  });

  it('passes a batch over whose adapter is there', async () => {
    const { lease, result, trained } = await trainOne(encoded(batchOf(1)), [versionOf(1)]);
    assert.equal(result.kind, 'known');
    assert.deepEqual(trained, []);
    assert.deepEqual(lease.commits, [{ nextOffset: 6n, records: [], state: new Map() }]);
  });

  it('refuses a batch that has no place in its lineage, and names it', async () => {
    const parent = versionOf(2, { sha256: 'cd'.repeat(32) });
    const child = { parentVersion: 2, parentSha256: parent.sha256 };
    for (const [batch, why] of [
      [batchOf(1), /has come as far as 2/],
      [batchOf(2, { batchId: 'other' }), /has come as far as 2/],
      [batchOf(3, { ...child, parentVersion: 1 }), /the parent 1, which does not exist/],
      [batchOf(3, { ...child, parentSha256: 'ef'.repeat(32) }), /other weights of its parent 2/],
    ] as const) {
      const { lease, result, trained } = await trainOne(encoded(batch), [parent]);
      assert.deepEqual(trained, []);
      assert.ok(result.kind === 'refused');
      assert.equal(result.letter.code, 'TRAINING_FAILED');
      assert.match(result.letter.reason, why);
      // It stands on its own topic; there may be many of these, and each worker that starts reads them.
      assert.equal(result.letter.value, null);
      const [record] = lease.commits[0]?.records ?? [];
      assert.equal(record?.topic, 'qa.dead-letters');
      assert.equal(text(record.headers?.['secl-batch-id']), batch.batchId);
    }
    const { result } = await trainOne(encoded(batchOf(3, child)), [parent]);
    assert.equal(result.kind, 'trained');
  });

  it('makes a dead letter of what cannot be read or trained', async () => {
    for (const value of [null, new TextEncoder().encode('no batch')]) {
      const { lease, result } = await trainOne(value);
      assert.ok(result.kind === 'refused');
      assert.equal(result.letter.code, 'RECORD_INVALID');
      assert.deepEqual(lease.commits[0]?.records[0]?.headers, {});
    }
    const failing = (): Promise<never> =>
      Promise.reject(new SeclError('TRAINING_FAILED', 'not finite'));
    const { result } = await trainOne(encoded(batchOf(1)), [], failing);
    assert.ok(result.kind === 'refused' && result.letter.reason === 'not finite');
    assert.deepEqual(result.letter.value, encoded(batchOf(1)));
  });

  it('writes no letter that is too large for a broker, whatever a batch calls itself', async () => {
    const name = 'x'.repeat(600_000);
    const failing = (): Promise<never> =>
      Promise.reject(new SeclError('TRAINING_FAILED', `batch ${name} is not finite`));
    const { lease, result } = await trainOne(encoded(batchOf(1, { batchId: name })), [], failing);
    assert.ok(result.kind === 'refused' && result.letter.reason.startsWith('batch xxx'));
    const [letter] = lease.commits[0]?.records ?? [];
    const headers = Object.values(letter?.headers ?? {}).reduce(
      (sum, { length }) => sum + length,
      0,
    );
    assert.ok((letter?.value?.length ?? Infinity) + headers < 1_000_000);
  });

  it('commits nothing after a failure of the machine', async () => {
    const failing = (): Promise<never> => Promise.reject(new Error('on fire'));
    await assert.rejects(trainOne(encoded(batchOf(1)), [], failing), /on fire/);
  });

  it('cancels the training when it is unsubscribed from', async () => {
    const log = await trainingLog();
    const lease = fakeLease({ records: [recordOf(5, encoded(batchOf(1)))] });
    const begun = new Promise<AbortSignal>((resolve) => {
      const subscription = trainPartition(lease, {
        trainer: {
          train: (_, signal) => {
            resolve(signal as AbortSignal);
            subscription.unsubscribe();
            return Promise.resolve(versionOf(1));
          },
          close: () => Promise.resolve(),
        },
        index: createAdapterIndex(log.broker, LOOP_TOPICS.adapters, codecs.adapter),
        topics: LOOP_TOPICS,
        codecs,
        clock: log.clock,
        drain: new AbortController().signal,
      }).subscribe();
    });
    assert.ok((await begun).aborted);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(lease.commits, []);
  });
});
