import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { memoryByteSource } from '../../../src/gguf/byte-source.ts';
import { readGguf } from '../../../src/gguf/read-gguf.ts';
import { parseModelManifest } from '../../../src/model/model-manifest.ts';
import { modelData, planModel } from '../../../src/model/plan-model.ts';
import { tensorRows } from '../../../src/model/tensor-rows.ts';
import { namedNumbers, tinyGguf } from '../../support/tiny-network.ts';

const file = tinyGguf('llama');
const header = readGguf(file);
const source = { sha256: 'ab'.repeat(32), sizeBytes: file.length };

describe('planModel', () => {
  it('says in the manifest how the graph is fed', () => {
    const { manifest } = planModel(header, source, { lora: { projections: ['k'], lastLayers: 1 } });
    assert.deepEqual(parseModelManifest(JSON.stringify(manifest)), manifest);
    assert.equal(manifest.precision, 'int8');
    assert.equal(manifest.source.name, 'Tiny llama');
    assert.equal(manifest.arena.layers[2]?.pastValue, 'past_key_values.2.value');
    assert.deepEqual(manifest.lora.sites, [
      {
        layer: 2,
        projection: 'k',
        inputSize: 64,
        outputSize: 32,
        a: 'lora.2.k.a',
        b: 'lora.2.k.b',
      },
    ]);
  });

  it('is the same twice, bytes included', () => {
    const [first, second] = [planModel(header, source), planModel(header, source)];
    assert.deepEqual(first.graph, second.graph);
    assert.deepEqual(first.portableGraph, second.portableGraph);
    assert.deepEqual(first.manifest, second.manifest);
  });
});

describe('modelData', () => {
  it('gives as many bytes as the layout says, with each tensor at its offset', () => {
    const { layout } = planModel(header, source, { precision: 'fp32' });
    const rows = tensorRows(header, memoryByteSource(file));
    const bytes = Buffer.concat([...modelData(layout, rows)].map((each) => Buffer.from(each)));
    assert.equal(bytes.length, layout.totalBytes);
    const floatsAt = (name: string): number[] => {
      const { offset, byteLength } = layout.ranges.get(name) ?? assert.fail();
      return [
        ...new Float32Array(new Uint8Array(bytes.subarray(offset, offset + byteLength)).buffer),
      ];
    };
    // Q's rows in Hugging Face's order, although the file has them permuted.
    assert.deepEqual(floatsAt('blk.1.attn_q.weight'), [
      ...namedNumbers('model.layers.1.self_attn.q_proj.weight', 64 * 64, 0.25),
    ]);
    assert.deepEqual(floatsAt('token_embd.weight'), [
      ...namedNumbers('model.embed_tokens.weight', 96 * 64, 0.25),
    ]);
  });

  it('refuses weights that are not finite', () => {
    const damaged = tinyGguf('llama', {
      tensors: (all) =>
        all.map((each) => {
          if (each.name !== 'blk.0.ffn_up.weight') return each;
          const bytes = Uint8Array.from(each.bytes);
          new DataView(bytes.buffer).setFloat32(400, Number.NaN, true);
          return { ...each, bytes };
        }),
    });
    const damagedHeader = readGguf(damaged);
    const { layout } = planModel(damagedHeader, source);
    const rows = tensorRows(damagedHeader, memoryByteSource(damaged));
    assert.throws(() => [...modelData(layout, rows)], {
      code: 'MODEL_INVALID',
      message: /blk\.0\.ffn_up\.weight/,
    });
  });
});

describe('parseModelManifest', () => {
  it('refuses what is not a manifest of this version', () => {
    const { manifest } = planModel(header, source);
    for (const text of [
      'nonsense',
      'null',
      '{}',
      JSON.stringify({ ...manifest, graphVersion: manifest.graphVersion + 1 }),
    ]) {
      assert.throws(() => parseModelManifest(text), { code: 'MODEL_INVALID' });
    }
  });
});
