import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readGguf } from '../../../src/gguf/read-gguf.ts';
import { describeNetwork } from '../../../src/model/describe-network.ts';
import { tinyGguf } from '../../support/tiny-network.ts';
import type { TinyArchitecture, TinyOptions } from '../../support/tiny-network.ts';
import { gguf } from '../../support/write-gguf.ts';

const read = (architecture: TinyArchitecture, options?: TinyOptions) =>
  describeNetwork(readGguf(tinyGguf(architecture, options)));

describe('describeNetwork', () => {
  it('reads sizes and constants', () => {
    assert.deepEqual(read('llama').config, {
      architecture: 'llama',
      layers: 3,
      hiddenSize: 64,
      feedForwardSize: 96,
      heads: 4,
      kvHeads: 2,
      headSize: 16,
      vocabularySize: 96,
      contextLength: 64,
      normEpsilon: Math.fround(1e-5),
      ropeTheta: 100_000,
    });
  });

  it('ties the head of a llama file without one, and has biases in qwen2 alone', () => {
    const [llama, qwen2] = [read('llama'), read('qwen2')];
    assert.equal(llama.head, llama.embedding);
    assert.equal(qwen2.head.tensor, 'output.weight');
    assert.equal(llama.layers[0]?.projections.q.bias, undefined);
    assert.equal(qwen2.layers[0]?.projections.q.bias?.tensor, 'blk.0.attn_q.bias');
    assert.equal(qwen2.layers[0]?.projections.o.bias, undefined);
  });

  it('says that llama’s rows of Q and K are interleaved by head, and only those', () => {
    const { projections } = read('llama').layers[1] ?? assert.fail();
    assert.deepEqual(projections.q.weight.rowOrder, { kind: 'interleaved', heads: 4 });
    assert.deepEqual(projections.k.weight.rowOrder, { kind: 'interleaved', heads: 2 });
    assert.deepEqual(projections.v.weight.rowOrder, { kind: 'stored' });
    const qwen2 = read('qwen2').layers[1]?.projections ?? assert.fail();
    assert.deepEqual(qwen2.q.weight.rowOrder, { kind: 'stored' });
  });

  it('takes 10,000 for a rotation base that is not there', () => {
    const { config } = read('llama', { metadata: { 'llama.rope.freq_base': undefined } });
    assert.equal(config.ropeTheta, 10_000);
  });

  it('serves 131,072 positions at most, whatever the file claims', () => {
    const { config } = read('llama', { metadata: { 'llama.context_length': gguf.u32(2 ** 31) } });
    assert.equal(config.contextLength, 131_072);
  });

  const unsupported: readonly [string, TinyArchitecture, TinyOptions][] = [
    ['another architecture', 'llama', { metadata: { 'general.architecture': gguf.text('mamba') } }],
    ['no architecture', 'llama', { metadata: { 'general.architecture': undefined } }],
    ['rope scaling', 'llama', { metadata: { 'llama.rope.scaling.type': gguf.text('yarn') } }],
    ['experts', 'llama', { metadata: { 'llama.expert_count': gguf.u32(8) } }],
    ['partial rotation', 'llama', { metadata: { 'llama.rope.dimension_count': gguf.u32(8) } }],
    [
      'a tensor it does not know, e.g. rope factors',
      'llama',
      {
        tensors: (tensors) => [
          ...tensors,
          { name: 'rope_freqs.weight', dims: [8], type: 'F32', bytes: new Uint8Array(32) },
        ],
      },
    ],
  ];
  for (const [name, architecture, options] of unsupported) {
    it(`refuses ${name} as unsupported`, () => {
      assert.throws(() => read(architecture, options), { code: 'MODEL_UNSUPPORTED' });
    });
  }

  const invalid: readonly [string, TinyArchitecture, TinyOptions][] = [
    ['no layer count', 'llama', { metadata: { 'llama.block_count': undefined } }],
    ['no ε', 'qwen2', { metadata: { 'qwen2.attention.layer_norm_rms_epsilon': undefined } }],
    [
      'heads that keys do not divide',
      'llama',
      { metadata: { 'llama.attention.head_count_kv': gguf.u32(3) } },
    ],
    ['a size of 0', 'llama', { metadata: { 'llama.embedding_length': gguf.u32(0) } }],
    ['a fractional head', 'llama', { metadata: { 'llama.attention.head_count': gguf.u32(5) } }],
    ['too many layers', 'llama', { metadata: { 'llama.block_count': gguf.u32(100_000) } }],
    [
      'a missing tensor',
      'qwen2',
      { tensors: (all) => all.filter(({ name }) => name !== 'blk.2.attn_k.bias') },
    ],
    ['a missing embedding', 'llama', { tensors: (all) => all.slice(1) }],
    [
      'a tensor of another shape',
      'llama',
      {
        tensors: (all) =>
          all.map((each) =>
            each.name === 'blk.1.ffn_up.weight' ? { ...each, dims: [96, 64] } : each,
          ),
      },
    ],
  ];
  for (const [name, architecture, options] of invalid) {
    it(`refuses ${name} as invalid`, () => {
      assert.throws(() => read(architecture, options), { code: 'MODEL_INVALID' });
    });
  }
});
