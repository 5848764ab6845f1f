import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readGguf } from '../../../src/gguf/read-gguf.ts';
import { lowerInference } from '../../../src/graph/lower-inference.ts';
import { formatType } from '../../../src/graph/tensor-type.ts';
import { describeNetwork } from '../../../src/model/describe-network.ts';
import { tinyGguf } from '../../support/tiny-network.ts';

describe('lowerInference', () => {
  const network = describeNetwork(readGguf(tinyGguf('llama')));

  it('has the inputs and outputs that Hugging Face exports have, and those of the arena', () => {
    const graph = lowerInference(network);
    const inputs = Object.fromEntries(
      graph.inputs.map(({ name, type }) => [name, formatType(type)]),
    );
    assert.deepEqual(inputs, {
      input_ids: 'int64[texts,tokens]',
      position_ids: 'int64[texts,tokens]',
      attention_bias: 'float32[1,1,tokens,total]',
      seqlens_k: 'int32[texts]',
      total_sequence_length: 'int32[]',
      logits_index: 'int64[outputs]',
      ...Object.fromEntries(
        [0, 1, 2].flatMap((layer) =>
          ['key', 'value'].map((part) => [
            `past_key_values.${layer}.${part}`,
            'float32[texts,2,capacity,16]',
          ]),
        ),
      ),
      lora_scale: 'float32[texts,tokens,1]',
      'lora.2.q.a': 'float32[64,rank]',
      'lora.2.q.b': 'float32[rank,64]',
      'lora.2.v.a': 'float32[64,rank]',
      'lora.2.v.b': 'float32[rank,32]',
      'lora.2.o.a': 'float32[64,rank]',
      'lora.2.o.b': 'float32[rank,64]',
    });
    const outputs = new Map(graph.outputs.map(({ name, type }) => [name, formatType(type)]));
    assert.equal(outputs.get('logits'), 'float32[outputs,96]');
    assert.equal(outputs.get('log_normalizer'), 'float32[outputs,1]');
    assert.equal(outputs.get('entropy'), 'float32[outputs,1]');
    assert.equal(outputs.get('hidden'), 'float32[outputs,64]');
    assert.equal(outputs.get('present.2.value'), 'float32[texts,2,capacity,16]');
    assert.equal(outputs.size, 4 + 2 * 3);
  });

  it('has no LoRA inputs where no layer is targeted', () => {
    const graph = lowerInference(network, { lora: { lastLayers: 0 } });
    assert.deepEqual(
      graph.inputs.filter(({ name }) => name.startsWith('lora')),
      [],
    );
  });

  it('keeps embedding and head at 8 bits when the rest has 4', () => {
    const { initializers } = lowerInference(network, { precision: 'int4' });
    const types = new Map(initializers.map(({ name, type }) => [name, formatType(type)]));
    assert.equal(types.get('token_embd.weight.int8'), 'uint8[96,2,32]');
    assert.equal(types.get('blk.0.ffn_down.weight.int4'), 'uint8[64,3,16]');
  });

  it('gives every LoRA input of the portable graph a default of rank 1 that does nothing', () => {
    const { inputs, initializers } = lowerInference(network, { loraDefaults: true });
    const weights = inputs.filter(({ name }) => name.startsWith('lora.'));
    assert.equal(weights.length, 6);
    for (const { name } of weights) {
      const found = initializers.find((each) => each.name === name);
      assert.ok(found?.content.kind === 'constant');
      assert.ok(Array.from(found.content.values, Number).every((x) => x === 0));
    }
  });
});
