import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AdapterRecord } from '../../src/events/adapter.ts';
import type { TrainingBatch } from '../../src/events/training-batch.ts';
import type { Trainer } from '../../src/ports/trainer.ts';
import { expectFailure } from '../support/expect-failure.ts';
import type { MemoryAdapterStore } from '../support/memory-adapter-store.ts';
import { tinyBatch, tinySample } from '../support/training-batches.ts';

/** A trainer over the tiny network, with its store. */
export interface OpenTrainer {
  readonly trainer: Trainer;
  readonly store: MemoryAdapterStore;
}

/** A batch that goes on from a record. */
function childOf(parent: AdapterRecord, changes: Partial<TrainingBatch> = {}): TrainingBatch {
  return tinyBatch({
    batchId: `batch-${parent.version + 1}`,
    ordinal: parent.version + 1,
    parentVersion: parent.version,
    parentSha256: parent.sha256,
    parentOptimizerSha256: parent.optimizerSha256,
    ...changes,
  });
}

async function expectRefusal(work: Promise<unknown>, why: RegExp): Promise<void> {
  assert.match((await expectFailure(work, 'TRAINING_FAILED')).message, why);
}

/** Runs the contract of the `Trainer` port; the same for every implementation. */
export function trainerContract(name: string, open: () => Promise<OpenTrainer>): void {
  describe(`Trainer: ${name}`, () => {
    let trainer: Trainer;
    let store: MemoryAdapterStore;
    before(async () => ({ trainer, store } = await open()));
    after(() => trainer.close());
    const refuses = async (changes: Partial<TrainingBatch>, what: RegExp): Promise<void> => {
      await expectRefusal(trainer.train(tinyBatch(changes)), what);
    };

    it('gives the same adapter for the same batch, to the bit', async () => {
      const first = await trainer.train(tinyBatch());
      await trainer.train(tinyBatch({ seed: 8 }));
      const again = await trainer.train(tinyBatch());
      assert.equal(again.sha256, first.sha256);
      assert.equal(again.optimizerSha256, first.optimizerSha256);
      assert.deepEqual(again.weights, first.weights);
      assert.deepEqual([again.loss, again.meanConfidence], [first.loss, first.meanConfidence]);
    });

    it('gives the same from another trainer that knows nothing of earlier batches', async () => {
      const first = await trainer.train(tinyBatch());
      const second = await trainer.train(childOf(first));
      const other = await open();
      try {
        for (const bytes of store.kept.values()) await other.store.put(bytes);
        assert.equal((await other.trainer.train(childOf(first))).sha256, second.sha256);
      } finally {
        await other.trainer.close();
      }
    });

    it('draws fresh weights with the seed', async () => {
      const [seven, eight] = [tinyBatch({ seed: 7 }), tinyBatch({ seed: 8 })];
      const records = [await trainer.train(seven), await trainer.train(eight)];
      assert.notEqual(records[0]?.sha256, records[1]?.sha256);
    });

    it('says what it did', async () => {
      const batch = tinyBatch({
        lineage: 'line',
        ordinal: 3,
        samples: [tinySample('one'), tinySample('two'), tinySample('out', { role: 'held-out' })],
      });
      const record = await trainer.train(batch);
      assert.deepEqual(
        [record.lineage, record.version, record.parentVersion, record.batchId],
        ['line', 3, 0, batch.batchId],
      );
      assert.deepEqual([record.lora, record.scope], [batch.lora, batch.scope]);
      assert.deepEqual(record.trainedOn, ['one', 'two']);
      assert.ok(record.forwardTokens > 0 && record.durationMs > 0);
      assert.equal(record.weights?.length, record.sizeBytes);
    });

    it('keeps weights and optimizer state in the store', async () => {
      const record = await trainer.train(tinyBatch());
      assert.deepEqual(await store.get(record.sha256), record.weights);
      assert.notEqual(await store.get(record.optimizerSha256 ?? ''), undefined);
    });

    it('goes down with the loss, batch after batch', async () => {
      let record = await trainer.train(tinyBatch());
      const losses = [record.loss?.before, record.loss?.after];
      for (let batch = 2; batch <= 5; batch += 1) {
        record = await trainer.train(childOf(record));
        losses.push(record.loss?.after);
      }
      const falling = losses.every((loss, i) => i === 0 || loss! < losses[i - 1]!);
      assert.ok(falling, `losses are ${losses.join(', ')}`);
    });

    it('begins where the parent ended', async () => {
      const parent = await trainer.train(tinyBatch());
      const child = await trainer.train(childOf(parent));
      assert.equal(child.loss?.before, parent.loss?.after);
      assert.equal(child.meanConfidence?.before, parent.meanConfidence?.after);
    });

    it('goes on with the parent’s optimizer state, where it is named', async () => {
      const parent = await trainer.train(tinyBatch());
      const withState = await trainer.train(childOf(parent));
      const without = await trainer.train(childOf(parent, { parentOptimizerSha256: null }));
      assert.notEqual(withState.sha256, without.sha256);
    });

    it('measures held-out samples and does not train on them', async () => {
      const samples = [tinySample('one'), tinySample('two')];
      const plain = await trainer.train(tinyBatch({ samples }));
      const heldOut = tinySample('three', { role: 'held-out', target: 0.1 });
      const watched = await trainer.train(tinyBatch({ samples: [...samples, heldOut] }));
      assert.equal(plain.heldOutError, null);
      assert.equal(watched.sha256, plain.sha256);
      assert.deepEqual(watched.loss, plain.loss);
      assert.notEqual(watched.heldOutError?.before, watched.heldOutError?.after);
      await refuses({ samples: [...samples, heldOut], steps: [[0, 2]] }, /held out/);
    });

    it('trains from any position on', async () => {
      for (const adaptFrom of [0, 12]) {
        const samples = ['one', 'two'].map((sample) => tinySample(sample, { adaptFrom }));
        const record = await trainer.train(tinyBatch({ samples, scope: 'conversation' }));
        assert.ok(record.loss!.after < record.loss!.before, `from position ${adaptFrom}`);
      }
    });

    it('refuses another base model', () =>
      refuses({ baseSha256: 'cd'.repeat(32) }, /for the model/));

    it('refuses a parent that is not kept', async () => {
      const gone = 'ef'.repeat(32);
      await refuses({ ordinal: 2, parentVersion: 1, parentSha256: gone }, /not kept/);
      const parent = await trainer.train(tinyBatch());
      const orphan = childOf(parent, { parentOptimizerSha256: gone });
      await expectRefusal(trainer.train(orphan), /not kept/);
    });

    it('refuses a parent of another shape', async () => {
      const parent = await trainer.train(tinyBatch());
      const { lora } = tinyBatch();
      for (const other of [{ rank: 2 }, { lastLayers: 1 }, { projections: ['q', 'v'] }]) {
        const child = childOf(parent, { lora: { ...lora, ...other } });
        await expectRefusal(trainer.train(child), /The parent's weights/);
      }
    });

    it('refuses bytes that are no adapter', async () => {
      const sha256 = await store.put(Uint8Array.of(1, 2, 3));
      await refuses({ ordinal: 2, parentVersion: 1, parentSha256: sha256 }, /cannot be read/);
    });

    it('refuses numbers that are not finite', async () => {
      const { optimizer } = tinyBatch();
      await refuses({ optimizer: { ...optimizer, learningRate: Number.NaN } }, /optimizer/);
      await refuses(
        { samples: [tinySample('one', { target: Number.NaN })], steps: [[0]] },
        /fraction/,
      );
      // Weights of 1e38 overflow in the second step.
      const steps = [[0], [0]];
      await refuses({ optimizer: { ...optimizer, learningRate: 1e38 }, steps }, /became/);
    });

    it('refuses samples and settings that make no sense', async () => {
      const one = tinySample('one');
      await refuses({ samples: [{ ...one, tokenIds: [96] }], steps: [[0]] }, /token/);
      await refuses({ samples: [{ ...one, adaptFrom: 20 }], steps: [[0]] }, /adapts from 20/);
      await refuses({ steps: [] }, /step/);
      await refuses({ steps: [[5]] }, /step/);
      const { lora } = tinyBatch();
      await refuses({ lora: { ...lora, lastLayers: 4 } }, /4 of 3 layers/);
      await refuses({ lora: { ...lora, projections: ['x'] } }, /projections x/);
    });

    it('goes on after a refusal', async () => {
      await refuses({ steps: [] }, /step/);
      assert.ok((await trainer.train(tinyBatch())).sizeBytes > 0);
    });

    it('stops when it is cancelled, and then trains as ever', async () => {
      const expected = await trainer.train(tinyBatch());
      await expectFailure(trainer.train(tinyBatch(), AbortSignal.abort()), 'CANCELLED');
      const controller = new AbortController();
      const steps = Array.from({ length: 10_000 }, () => [0, 1]);
      const long = trainer.train(tinyBatch({ steps }), controller.signal);
      setTimeout(() => {
        controller.abort();
      }, 50);
      await expectFailure(long, 'CANCELLED');
      assert.equal((await trainer.train(tinyBatch())).sha256, expected.sha256);
    });
  });
}
