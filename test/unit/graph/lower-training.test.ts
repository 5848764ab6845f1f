import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readGguf } from '../../../src/gguf/read-gguf.ts';
import { GRADIENT_RULES } from '../../../src/graph/gradient/differentiate.ts';
import type { LoraTargets } from '../../../src/graph/lora-sites.ts';
import {
  lowerBelow,
  lowerTrained,
  loraGradientNames,
  stretchNames,
} from '../../../src/graph/lower-training.ts';
import { describeNetwork } from '../../../src/model/describe-network.ts';
import { tinyGguf } from '../../support/tiny-network.ts';

const network = describeNetwork(readGguf(tinyGguf('qwen2')));
const targets = (changes: LoraTargets = {}): Required<LoraTargets> => ({
  lastLayers: 2,
  projections: ['q', 'v', 'o'],
  ...changes,
});
const names = (values: readonly { readonly name: string }[]): string[] =>
  values.map(({ name }) => name);

describe('lowerTrained', () => {
  it('takes keys and values of the trained layers alone', () => {
    const inputs = names(lowerTrained(network, targets(), true).inputs);
    assert.ok(!inputs.includes(stretchNames(0).pastKey));
    for (const layer of [1, 2]) {
      assert.ok(inputs.includes(stretchNames(layer).pastKey));
      assert.ok(inputs.includes(stretchNames(layer).pastValue));
    }
  });

  it('gives a gradient of each matrix, in its shape', () => {
    const { inputs, outputs } = lowerTrained(network, targets(), true);
    const type = (name: string): unknown =>
      [...inputs, ...outputs].find((value) => value.name === name)?.type;
    const lora = names(inputs).filter((name) => name.startsWith('lora.'));
    assert.equal(lora.length, 12);
    for (const name of lora) assert.deepEqual(type(`${name}.gradient`), type(name), name);
    const site = { layer: 2, projection: 'q' } as const;
    assert.deepEqual(loraGradientNames(site), {
      a: 'lora.2.q.a.gradient',
      b: 'lora.2.q.b.gradient',
    });
  });

  it('gives the stretch’s keys and values where it gives no gradients', () => {
    const { inputs, outputs } = lowerTrained(network, targets(), false);
    assert.deepEqual(names(outputs), [
      'log_probabilities',
      ...[1, 2].flatMap((layer) => [stretchNames(layer).key, stretchNames(layer).value]),
    ]);
    assert.ok(!names(inputs).includes('bin_weights'));
  });

  it('can train any projection of any number of layers', () => {
    for (const lastLayers of [1, 2, 3]) {
      for (const projection of ['q', 'k', 'v', 'o', 'gate', 'up', 'down'] as const) {
        const graph = lowerTrained(network, { lastLayers, projections: [projection] }, true);
        assert.equal(graph.outputs.length, 2 + 2 * lastLayers);
      }
    }
  });

  it('stops at the first matrix: layers below the trained ones have no gradient', () => {
    const { nodes } = lowerTrained(network, targets({ lastLayers: 3 }), true);
    const backwards = names(nodes).filter((name) => name.startsWith('d.layers.0.attention_norm'));
    assert.deepEqual(backwards, []);
  });
});

describe('lowerBelow', () => {
  it('is made of operators that have a gradient rule', () => {
    const { nodes, outputs } = lowerBelow(network, 2);
    for (const { operator } of nodes) assert.ok(GRADIENT_RULES.has(operator), operator);
    assert.deepEqual(names(outputs), ['hidden']);
  });
});
