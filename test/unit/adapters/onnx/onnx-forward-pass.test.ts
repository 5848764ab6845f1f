import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loraTensors } from '../../../../src/adapters/onnx/lora-tensors.ts';
import { OnnxForwardPass } from '../../../../src/adapters/onnx/onnx-forward-pass.ts';
import { SideCache } from '../../../../src/adapters/onnx/side-cache.ts';
import { TextLanes } from '../../../../src/adapters/onnx/text-lanes.ts';
import { NO_PARENT, TokenArena } from '../../../../src/decoding/token-arena.ts';
import { MANIFEST_FILE, parseModelManifest } from '../../../../src/model/model-manifest.ts';
import { seededRandom } from '../../../../src/random/seeded-random.ts';
import { randomAdapter } from '../../../support/lora-adapter.ts';
import { RunGraph } from '../../../support/run-graph.ts';
import { tinyModel } from '../../../support/tiny-model.ts';

describe('OnnxForwardPass', async () => {
  const { folder } = await tinyModel('fp32');
  const manifest = parseModelManifest(readFileSync(join(folder, MANIFEST_FILE), 'utf8'));
  const { config } = manifest;

  it('computes what each text alone gives, whatever ends, begins or is taken back beside it', async (t) => {
    const pass = await OnnxForwardPass.open({
      modelPath: join(folder, manifest.files.graph),
      cache: {
        layers: config.layers,
        heads: config.kvHeads,
        headSize: config.headSize,
        capacity: 400,
      },
      arena: manifest.arena.layers,
      lora: manifest.lora,
      vocabularySize: config.vocabularySize,
      hiddenSize: config.hiddenSize,
      threads: 1,
    });
    t.after(() => pass.close());
    const adapter = randomAdapter(folder, 1, 1);
    pass.useAdapter(adapter);
    const plain = await RunGraph.open(folder, 64);
    const lora = loraTensors(adapter, manifest.lora.sites);
    plain.setLora(adapter.rank, (name) => lora[name]?.data as Float32Array);
    const random = seededRandom(3);
    const id = (): number => random.integer(config.vocabularySize);
    const arena = new TokenArena(400);
    const texts = new Map<number, { ids: number[]; adapted: boolean[] }>();
    const place = t.mock.method(TextLanes.prototype, 'place');
    const copyOut = t.mock.method(SideCache.prototype, 'copyOut');

    /** Adds tokens to texts by slot of their newest one, and holds the last one of each to the plain graph. */
    const step = async (
      more: readonly { parent: number; ids: readonly number[]; adapted: boolean }[],
    ): Promise<number[]> => {
      const start = arena.used;
      const wanted: number[] = [];
      const tips: number[] = [];
      const flags: number[] = [];
      for (const { parent, ids, adapted } of more) {
        const before = texts.get(parent) ?? { ids: [], adapted: [] };
        let slot = parent;
        for (const token of ids) {
          slot = arena.appendLoose(slot, token);
          flags.push(adapted ? 1 : 0);
        }
        texts.set(slot, {
          ids: [...before.ids, ...ids],
          adapted: [...before.adapted, ...ids.map(() => adapted)],
        });
        wanted.push(slot - start);
        tips.push(slot);
      }
      const rows = await pass.run({
        start,
        tokens: arena.tokens.subarray(start, arena.used),
        positions: arena.depths.subarray(start, arena.used),
        adapted: Uint8Array.from(flags),
        parents: arena.parents,
        wanted,
      });
      const got = rows.map(({ logits }) => logits.slice());
      for (const [m, tip] of tips.entries()) {
        const text = texts.get(tip) as { ids: number[]; adapted: boolean[] };
        const alone = await plain.runAlone(
          text.ids,
          text.adapted.map((on) => (on ? adapter.scaling : 0)),
        );
        let worst = 0;
        alone.logits.forEach((logit, v) => {
          worst = Math.max(worst, Math.abs(logit - ((got[m] as Float32Array)[v] as number)));
        });
        // Sums in another order: a few hundred roundings of 6e-8 relative on logits of size 10.
        assert.ok(worst < 1e-4, `text ${m} of ${text.ids.length} tokens is off by ${worst}`);
      }
      return tips;
    };
    const several = (count: number): number[] => Array.from({ length: count }, id);

    let tips = await step(
      [5, 7, 6, 9, 8].map((count) => ({ parent: NO_PARENT, ids: several(count), adapted: false })),
    );
    const kept = arena.used;
    const prompts = tips;
    for (let round = 0; round < 12; round++) {
      // The first text ends after two rounds, the third after five; one of the prompts is begun again then.
      if (round === 2) tips = tips.slice(1);
      if (round === 5) tips = [tips[0] as number, ...tips.slice(2), prompts[0] as number];
      if (round === 8) {
        arena.truncate(kept);
        tips = prompts.toReversed();
      }
      tips = await step(
        tips.map((parent, i) => ({ parent, ids: [id()], adapted: (i + round) % 3 === 0 })),
      );
    }
    assert.equal(place.mock.callCount(), 12);
    // A second turn of the last text alone: several tokens over an excerpt of the arena, then one more.
    copyOut.mock.resetCalls();
    const last = tips.at(-1) as number;
    tips = await step([{ parent: last, ids: several(6), adapted: false }]);
    assert.equal(copyOut.mock.calls.at(-1)?.arguments[1].count, 6);
    await step([
      { parent: tips[0] as number, ids: several(1), adapted: true },
      { parent: last, ids: several(3), adapted: true },
    ]);
  });
});
