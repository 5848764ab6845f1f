import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readGguf } from '../../../src/gguf/read-gguf.ts';
import { GRADIENT_RULES } from '../../../src/graph/gradient/differentiate.ts';
import { GraphBuilder } from '../../../src/graph/graph-builder.ts';
import { addRotationInputs, lowerDecoderLayer } from '../../../src/graph/lower-decoder.ts';
import type { LoweringContext } from '../../../src/graph/lowering-context.ts';
import { tensorType } from '../../../src/graph/tensor-type.ts';
import { describeNetwork } from '../../../src/model/describe-network.ts';
import { tinyGguf } from '../../support/tiny-network.ts';

// What it computes is held against PyTorch in test/integration/training-parity.test.ts.
describe('lowerDecoderLayer', () => {
  const network = describeNetwork(readGguf(tinyGguf('llama')));
  const context = (): LoweringContext => ({
    builder: new GraphBuilder('test'),
    network,
    encoding: 'float32',
    tableEncoding: 'float32',
  });

  it('joins earlier keys and values to those of the stretch, and hands on the latter', () => {
    const lowering = context();
    const { builder } = lowering;
    const hidden = builder.input('hidden', tensorType('float32', [1, 'tokens', 64]));
    const past = tensorType('float32', [1, 2, 'past', 16]);
    const lowered = lowerDecoderLayer(lowering, hidden, {
      layer: 1,
      stretch: {
        ...addRotationInputs(lowering),
        attentionBias: builder.input('bias', tensorType('float32', ['tokens', 'past+tokens'])),
      },
      past: { key: builder.input('key', past), value: builder.input('value', past) },
    });
    assert.deepEqual(lowered.hidden.type, hidden.type);
    for (const { type } of [lowered.present.key, lowered.present.value]) {
      assert.deepEqual(type.shape, [1, 2, 'tokens', 16]);
    }
    const scores = builder.value('layers.1.scores');
    assert.deepEqual(scores.type.shape, [1, 2, 2, 'tokens', 'past+tokens']);
  });

  it('uses operators with gradient rules alone', () => {
    const lowering = context();
    const { builder } = lowering;
    const hidden = builder.input('hidden', tensorType('float32', [1, 'tokens', 64]));
    const attentionBias = builder.input('bias', tensorType('float32', ['tokens', 'tokens']));
    lowerDecoderLayer(lowering, hidden, {
      layer: 0,
      stretch: { ...addRotationInputs(lowering), attentionBias },
    });
    for (const { operator } of builder.build().nodes) {
      assert.ok(GRADIENT_RULES.has(operator), operator);
    }
  });
});
