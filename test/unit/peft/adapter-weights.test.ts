import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { readAdapterConfig, writeAdapterConfig } from '../../../src/peft/adapter-config.ts';
import { refusalOf, type RefusalCode } from '../../../src/peft/adapter-refused.ts';
import { decodeAdapter, encodeAdapter } from '../../../src/peft/adapter-weights.ts';
import { peftTensorNames } from '../../../src/peft/peft-names.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../src/peft/safetensors.ts';
import { goldenAdapter, tinySiteShape } from '../../support/golden-adapter.ts';
import { namedNumbers } from '../../support/tiny-network.ts';

/** What PEFT says; see `test/golden/peft/make-golden.py`. */
const GOLDEN = JSON.parse(readFileSync('test/golden/peft/golden.json', 'utf8')) as Record<
  'llama' | 'qwen2',
  {
    readonly theirs: {
      readonly shapes: Record<string, readonly number[]>;
      readonly scalings: readonly number[];
    };
    readonly ours: {
      readonly sha256: string;
      readonly missing: readonly string[];
      readonly unexpected: readonly string[];
      readonly warnings: readonly string[];
      readonly sites: number;
      readonly scalings: readonly number[];
    };
  }
>;

function refuses(work: () => unknown, code: RefusalCode): void {
  assert.throws(work, (error) => {
    assert.equal(refusalOf(error)?.code, code, String(error));
    return true;
  });
}

for (const architecture of ['llama', 'qwen2'] as const) {
  const { theirs, ours } = GOLDEN[architecture];

  describe(`an adapter for a tiny ${architecture} that PEFT made`, () => {
    const folder = `test/golden/peft/theirs-${architecture}`;
    const bytes = readFileSync(`${folder}/adapter_model.safetensors`);
    const config = readAdapterConfig(readFileSync(`${folder}/adapter_config.json`, 'utf8'));

    it('loads with equal names, shapes, values and scaling', () => {
      const { rank, alpha, sites } = decodeAdapter(bytes, config);
      assert.deepEqual([alpha / rank], theirs.scalings);
      const shapes: Record<string, readonly number[]> = {};
      for (const site of sites) {
        const names = peftTensorNames(site);
        shapes[names.a] = [rank, site.a.length / rank];
        shapes[names.b] = [site.b.length / rank, rank];
        // The golden script filled every matrix with numbers made from its name.
        assert.deepEqual(site.a, namedNumbers(names.a, site.a.length, 0.25));
        assert.deepEqual(site.b, namedNumbers(names.b, site.b.length, 0.25));
        const { inputSize, outputSize } = tinySiteShape(architecture, site);
        assert.deepEqual([site.a.length, site.b.length], [rank * inputSize, rank * outputSize]);
        assert.ok(config.covers(site));
      }
      assert.deepEqual(shapes, theirs.shapes);
      assert.ok(!config.covers({ layer: 0, projection: 'q' }), 'another layer');
      assert.ok(!config.covers({ layer: 2, projection: 'up' }), 'another projection');
    });

    it('is written again byte for byte', () => {
      assert.ok(bytes.equals(encodeAdapter(decodeAdapter(bytes, config))));
    });
  });

  describe(`an adapter for a tiny ${architecture} that was made here`, () => {
    const weights = goldenAdapter(architecture);
    const bytes = encodeAdapter(weights);
    const text = writeAdapterConfig(weights, `tiny-${architecture}`);

    it('is the one that PEFT has loaded, key by key, with equal scaling', () => {
      assert.equal(createHash('sha256').update(bytes).digest('hex'), ours.sha256);
      assert.equal(
        text,
        readFileSync(`test/golden/peft/ours-${architecture}/adapter_config.json`, 'utf8'),
      );
      assert.deepEqual(
        [ours.missing, ours.unexpected, ours.warnings, ours.sites],
        [[], [], [], weights.sites.length],
      );
      assert.deepEqual(ours.scalings, [weights.alpha / weights.rank]);
    });

    it('reads back equal, and its configuration covers its sites and no others', () => {
      const config = readAdapterConfig(text);
      assert.deepEqual(decodeAdapter(bytes, config), weights);
      for (let layer = 0; layer < 3; layer++)
        for (const projection of ['q', 'k', 'v', 'o', 'gate', 'up', 'down'] as const)
          assert.equal(
            config.covers({ layer, projection }),
            weights.sites.some((site) => site.layer === layer && site.projection === projection),
          );
    });
  });
}

describe('decodeAdapter', () => {
  const shape = { rank: 2, alpha: 4 };
  const { a, b } = peftTensorNames({ layer: 0, projection: 'q' });
  const tensor = (...sizes: readonly number[]) => ({
    shape: sizes,
    values: new Float32Array(sizes.reduce((product, size) => product * size, 1)),
  });
  const file = (tensors: Record<string, ReturnType<typeof tensor>>): Uint8Array =>
    encodeSafetensors({ tensors: new Map(Object.entries(tensors)), metadata: new Map() });

  it('refuses names that are no LoRA matrix of a known projection', () => {
    for (const name of [
      'model.layers.0.self_attn.q_proj.lora_A.weight',
      'base_model.model.lm_head.lora_A.weight',
      'base_model.model.model.layers.0.self_attn.q_proj.lora_B.bias',
      'base_model.model.model.layers.01.self_attn.q_proj.lora_A.weight',
      'base_model.model.model.layers.0.mlp.q_proj.lora_A.weight',
      'base_model.model.model.layers.0.self_attn.q_proj.lora_A.default.weight',
      '__proto__',
    ])
      refuses(
        () =>
          decodeAdapter(
            file({
              [a]: tensor(2, 3),
              [b]: tensor(3, 2),
              ...JSON.parse(`{"${name}":{"shape":[0],"values":[]}}`),
            }),
            shape,
          ),
        'UNKNOWN_SITE',
      );
    refuses(() => decodeAdapter(file({}), shape), 'UNKNOWN_SITE');
  });

  it('refuses magnitudes of DoRA', () => {
    const name = 'base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector';
    refuses(() => decodeAdapter(file({ [name]: tensor(3) }), shape), 'DORA');
  });

  it('refuses another rank, another number of dimensions, and a matrix without its twin', () => {
    for (const tensors of [
      { [a]: tensor(3, 2), [b]: tensor(3, 2) },
      { [a]: tensor(2, 3), [b]: tensor(2, 3) },
      { [a]: tensor(2, 3, 1), [b]: tensor(3, 2) },
      { [a]: tensor(2), [b]: tensor(3, 2) },
      { [a]: tensor(2, 3) },
      { [b]: tensor(3, 2) },
    ])
      refuses(() => decodeAdapter(file(tensors), shape), 'WRONG_SHAPE');
  });
});

describe('encodeAdapter', () => {
  it('gives the same bytes whatever the order of sites, in the order of names', () => {
    const weights = goldenAdapter('qwen2');
    const bytes = encodeAdapter(weights);
    assert.deepEqual(encodeAdapter({ ...weights, sites: weights.sites.toReversed() }), bytes);
    const names = [...decodeSafetensors(bytes).tensors.keys()];
    assert.deepEqual(names, names.toSorted());
  });

  it('refuses a site twice, and matrices of another rank', () => {
    const { sites } = goldenAdapter('llama');
    const twice = [...sites, ...sites];
    assert.throws(() => encodeAdapter({ rank: 2, alpha: 1, sites: twice }), {
      code: 'PRECONDITION',
    });
    assert.throws(() => encodeAdapter({ rank: 5, alpha: 1, sites }), { code: 'PRECONDITION' });
  });
});
