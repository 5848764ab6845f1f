import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { prepareTrainingFolder } from '../../../../src/adapters/trainer/training-folder.ts';
import { TrainingSessions } from '../../../../src/adapters/trainer/training-sessions.ts';
import { memoryByteSource } from '../../../../src/gguf/byte-source.ts';
import { readGguf } from '../../../../src/gguf/read-gguf.ts';
import { describeNetwork } from '../../../../src/model/describe-network.ts';
import { tensorRows } from '../../../../src/model/tensor-rows.ts';
import { initialLora } from '../../../../src/training/initial-lora.ts';
import { lossAt, lossTarget } from '../../../../src/training/loss-target.ts';
import type { TrainedLora } from '../../../../src/training/training-pass.ts';
import { assertClose } from '../../../support/assert-close.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { tinyGguf } from '../../../support/tiny-network.ts';
import { TINY_SHA256, tinyBatch, tinySample } from '../../../support/training-batches.ts';

const file = memoryByteSource(tinyGguf('llama'));
const header = readGguf(file);
const network = describeNetwork(header);
const read = tensorRows(header, file);
const targets = { lastLayers: 2, projections: ['q', 'v', 'o'] } as const;
const digits = tinyBatch().confidenceTokenIds;
const goOn = (): Promise<void> => Promise.resolve();

describe('TrainingSessions', () => {
  const folder = temporaryFolder();
  const open = async (frozenBytes: number): Promise<TrainingSessions> =>
    TrainingSessions.open({
      paths: await prepareTrainingFolder(folder, TINY_SHA256, network, targets, read),
      ...{ network, targets, read, threads: 1, frozenBytes },
    });
  let sessions: TrainingSessions;
  let lora: TrainedLora;
  before(async () => {
    sessions = await open(1e6);
    const sites = initialLora(sessions.sites, 4, 1).map((site) => ({
      ...site,
      b: site.b.map((_, i) => Math.sin(i) / 8),
    }));
    lora = { rank: 4, scaling: 2, sites };
  });
  after(() => sessions.close());

  it('counts frozen positions once a batch, kept or not, measured ones once, trained ones three times', async () => {
    const sample = tinySample('counted', { adaptFrom: 15 });
    const loss = lossTarget('two-hot', sample, 1);
    const first = sessions.pass(digits, goOn);
    await first.measure(sample, lora);
    assert.equal(first.forwardTokens(), 15 + 5);
    await first.differentiate(sample, lora, loss);
    assert.equal(first.forwardTokens(), 15 + 5 + 15);
    const second = sessions.pass(digits, goOn);
    await second.differentiate(sample, lora, loss);
    assert.equal(second.forwardTokens(), 15 + 15);
  });

  it('gives the same where what is frozen is not kept', async () => {
    const forgetful = await open(0);
    try {
      const sample = tinySample('kept');
      const loss = lossTarget('squared', sample, 1);
      const kept = sessions.pass(digits, goOn);
      const rebuilt = forgetful.pass(digits, goOn);
      const expected = await kept.differentiate(sample, lora, loss);
      for (let time = 0; time < 2; time += 1) {
        assert.deepEqual(await kept.differentiate(sample, lora, loss), expected);
        assert.deepEqual(await rebuilt.differentiate(sample, lora, loss), expected);
      }
      assert.equal(rebuilt.forwardTokens(), 19 + 2 * 3);
    } finally {
      await forgetful.close();
    }
  });

  it('has gradients that are the loss’s slopes', async () => {
    for (const adaptFrom of [0, 13, 19]) {
      const sample = tinySample('slope', { adaptFrom });
      const loss = lossTarget('two-hot', sample, 1);
      const pass = sessions.pass(digits, goOn);
      const { loss: value, gradients } = await pass.differentiate(sample, lora, loss);
      assertClose(lossAt(loss, await pass.measure(sample, lora)), value, 1e-5);
      // Along the gradient itself the loss changes by its squared length.
      const length = Math.hypot(...gradients.flatMap((gradient) => [...gradient]));
      const at = async (distance: number): Promise<number> => {
        const move = (weights: Float32Array, index: number): Float32Array =>
          weights.map((weight, i) => weight + (distance * gradients[index]![i]!) / length);
        const sites = lora.sites.map((site, index) => ({
          ...site,
          a: move(site.a, 2 * index),
          b: move(site.b, 2 * index + 1),
        }));
        return lossAt(loss, await pass.measure(sample, { ...lora, sites }));
      };
      // Central differences at 2⁻⁸: float32 rounds the losses by 1e-6, which 2⁷ makes 1e-4.
      const slope = ((await at(2 ** -8)) - (await at(-(2 ** -8)))) * 2 ** 7;
      assertClose(slope, length, 2e-3 * (1 + length), `from ${adaptFrom}`);
    }
  });

  it('adapts from the first trained position on: earlier ones are the base model’s', async () => {
    const idle = { ...lora, scaling: 0 };
    const pass = sessions.pass(digits, goOn);
    const of = (adaptFrom: number, weights: TrainedLora): Promise<Float32Array> =>
      pass.measure(tinySample('scope', { adaptFrom }), weights);
    assert.notDeepEqual(await of(19, lora), await of(0, lora));
    // Without LoRA it makes no difference, but for the order of sums.
    const [alone, whole] = [await of(19, idle), await of(0, idle)];
    alone.forEach((value, digit) => {
      assertClose(value, whole[digit]!, 1e-5);
    });
  });

  it('asks before every run whether to go on', async () => {
    const stopped = sessions.pass(digits, () => Promise.reject(new Error('stop')));
    await assert.rejects(stopped.measure(tinySample('one'), lora), /stop/);
  });

  it('refuses graphs that are not there', async () => {
    const path = `${folder}/none.onnx`;
    const opened = TrainingSessions.open({
      paths: { below: undefined, measured: path, trained: path },
      ...{ network, targets, read, threads: 1, frozenBytes: 0 },
    });
    await expectFailure(opened, 'TRAINING_FAILED');
  });
});
