import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeStandInAdapter } from '../../../../src/adapters/memory/stand-in-adapter.ts';
import { createStandInLanguageModel } from '../../../../src/adapters/memory/stand-in-language-model.ts';
import { createStandInTrainer } from '../../../../src/adapters/memory/stand-in-trainer.ts';
import type { AdapterRecord } from '../../../../src/events/adapter.ts';
import type { TrainingBatch, TrainingSample } from '../../../../src/events/training-batch.ts';
import type { LoraAdapter } from '../../../../src/ports/language-model.ts';
import type { Trainer } from '../../../../src/ports/trainer.ts';
import { verbalizedConfidence } from '../../../../src/secl/verbalized-confidence.ts';
import { digitTokens } from '../../../../src/secl/verbalize-answers.ts';
import { assertClose } from '../../../support/assert-close.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { learningOptions, sampleOf } from '../../../support/learning-fixture.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { MemoryAdapterStore } from '../../../support/memory-adapter-store.ts';
import { tokenizer } from '../../../support/secl-fixture.ts';

const DIGITS = digitTokens(tokenizer);
const BASE = createStandInLanguageModel().description.fileSha256;

const promptOf = (i: number): readonly number[] =>
  tokenizer.encodeChat([{ role: 'user', content: `Name thing ${i}, and reply with one digit` }]);

function samplesTowards(target: number, over: Partial<TrainingSample> = {}): TrainingSample[] {
  return [0, 1, 2, 3].map((i) => {
    const tokenIds = promptOf(i);
    return sampleOf(`q${i}`, { tokenIds, adaptFrom: tokenIds.length - 1, target, ...over });
  });
}

function batchOf(over: Partial<TrainingBatch> = {}): TrainingBatch {
  const { lora, optimizer } = learningOptions();
  return {
    batchId: 'one',
    lineage: 'line',
    ordinal: 1,
    scope: 'position',
    confidenceTokenIds: DIGITS,
    loss: 'two-hot',
    lossParameters: {},
    lora,
    optimizer,
    parentVersion: 0,
    parentSha256: null,
    parentOptimizerSha256: null,
    baseSha256: BASE,
    seed: 1,
    samples: samplesTowards(0.9),
    steps: Array.from({ length: 4 }, () => [0, 1, 2, 3]),
    ...over,
  };
}

function trainerOf(store = new MemoryAdapterStore()): Trainer {
  return createStandInTrainer({ baseSha256: BASE, store, clock: manualClock() });
}

const after = (record: AdapterRecord, over: Partial<TrainingBatch> = {}): TrainingBatch =>
  batchOf({
    batchId: 'two',
    ordinal: record.version + 1,
    parentVersion: record.version,
    parentSha256: record.sha256,
    parentOptimizerSha256: record.optimizerSha256,
    ...over,
  });

/** Mean confidence of the samples' prompts on the stand-in itself, under an adapter. */
async function meanConfidence(adapter: LoraAdapter | undefined): Promise<number> {
  const model = createStandInLanguageModel();
  await model.setAdapter(adapter);
  const scope = await model.openScope();
  const results = await scope.next(
    [0, 1, 2, 3].map((i) => ({
      prompt: promptOf(i),
      tokens: DIGITS,
      adaptFrom: promptOf(i).length - 1,
    })),
  );
  await model.close();
  const found = results.map(
    ({ logProbabilities }) => verbalizedConfidence([...logProbabilities])?.confidence ?? NaN,
  );
  return found.reduce((sum, value) => sum + value, 0) / found.length;
}

describe('the stand-in trainer', () => {
  it('moves mean confidence towards the mean target, up and down, and says what the model will say', async () => {
    const untrained = await meanConfidence(undefined);
    for (const target of [0.9, 0.1]) {
      const store = new MemoryAdapterStore();
      const record = await trainerOf(store).train(batchOf({ samples: samplesTowards(target) }));
      const bytes = (await store.get(record.sha256)) ?? new Uint8Array();
      const trained = await meanConfidence(decodeStandInAdapter(bytes, 1, record.lora));
      const gap = Math.abs(target - untrained);
      assert.ok(gap > 0.2, `nothing to learn: ${untrained}`);
      assert.ok(Math.abs(target - trained) < gap / 2, `${untrained} became ${trained}`);
      // The network's logits are single precision, about 1e-6 at a magnitude of 10.
      assertClose(record.meanConfidence?.before, untrained, 1e-6);
      assertClose(record.meanConfidence.after, trained, 1e-6);
    }
  });

  it('goes on from its parent and closes in on the target', async () => {
    const trainer = trainerOf();
    const samples = samplesTowards(0.7);
    let record = await trainer.train(batchOf({ samples }));
    for (let i = 0; i < 5; i++) {
      const next = await trainer.train(after(record, { samples }));
      assert.equal(next.meanConfidence?.before, record.meanConfidence?.after);
      record = next;
    }
    // Away from the ends a unit of shift moves confidence by more than 0.3, so a step keeps at most 0.85 of a gap:
    // 24 steps leave 0.02 of the first, which is below 0.5.
    assertClose(record.meanConfidence?.after, 0.7, 0.01);
  });

  it('gives the same adapter for the same batch, wherever; another parent or state gives another', async () => {
    const [one, two] = [new MemoryAdapterStore(), new MemoryAdapterStore()];
    const first = await trainerOf(one).train(batchOf());
    assert.deepEqual(await trainerOf(one).train(batchOf()), first);
    assert.deepEqual(await trainerOf(two).train(batchOf()), first);
    const second = await trainerOf(one).train(after(first));
    const afresh = await trainerOf(one).train(after(first, { parentOptimizerSha256: null }));
    assert.equal(new Set([first, second, afresh].map(({ sha256 }) => sha256)).size, 3);
    assert.deepEqual(await trainerOf(two).train(after(first)), second);
  });

  it('measures held-out samples and does not learn from them', async () => {
    const heldOut = samplesTowards(0.1, { role: 'held-out' });
    const without = await trainerOf().train(batchOf());
    const record = await trainerOf().train(
      batchOf({ samples: [...samplesTowards(0.9), ...heldOut] }),
    );
    assert.equal(record.sha256, without.sha256);
    assert.equal(without.heldOutError, null);
    assert.ok((record.heldOutError?.after ?? 0) > (record.heldOutError?.before ?? 1));
  });

  it('says what it trained, of what, and what it cost', async () => {
    const store = new MemoryAdapterStore();
    const batch = batchOf({ steps: [[0, 2], [2]] });
    const record = await trainerOf(store).train(batch);
    assert.deepEqual(
      [record.version, record.parentVersion, record.batchId, record.lineage, record.trainedOn],
      [1, 0, 'one', 'line', ['q0', 'q2']],
    );
    const positions = [0, 1, 2, 3].reduce((sum, i) => sum + promptOf(i).length, 0);
    assert.equal(record.forwardTokens, positions + 3 * 3);
    assert.deepEqual(await store.get(record.sha256), record.weights);
    assert.equal(record.sizeBytes, record.weights?.length);
    assert.ok((await store.get(record.optimizerSha256 ?? '')) !== undefined);
  });

  it('refuses batches that make no sense', async () => {
    const lora = { ...batchOf().lora, projections: ['up'] };
    const gone = { parentVersion: 1, parentSha256: 'c'.repeat(64) };
    const refused: Partial<TrainingBatch>[] = [
      { baseSha256: 'c'.repeat(64) },
      { steps: [] },
      { steps: [[]] },
      { steps: [[4]] },
      { samples: samplesTowards(0.9, { role: 'held-out' }) },
      { samples: samplesTowards(NaN) },
      { lora },
      gone,
    ];
    for (const over of refused)
      await expectFailure(trainerOf().train(batchOf(over)), 'TRAINING_FAILED');
  });

  it('is cancelled by its signal', async () => {
    await expectFailure(trainerOf().train(batchOf(), AbortSignal.abort()), 'CANCELLED');
  });
});
