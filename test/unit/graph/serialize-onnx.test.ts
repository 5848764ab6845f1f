import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';

import { layoutExternalData } from '../../../src/graph/external-layout.ts';
import { GraphBuilder } from '../../../src/graph/graph-builder.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { lowerInference } from '../../../src/graph/lower-inference.ts';
import { printGraph } from '../../../src/graph/print-graph.ts';
import { serializeOnnx } from '../../../src/graph/serialize-onnx.ts';
import { tensorType } from '../../../src/graph/tensor-type.ts';
import { describeNetwork } from '../../../src/model/describe-network.ts';
import { readGguf } from '../../../src/gguf/read-gguf.ts';
import { tinyGguf } from '../../support/tiny-network.ts';

function bytesOf(graph: Graph): Uint8Array {
  return serializeOnnx(graph, { dataFile: 'data', layout: layoutExternalData(graph) });
}

/** `y = softmax(x · w + c)` over the last axis: integers, floats, an attribute, an inline constant. */
function smallGraph(): Graph {
  const builder = new GraphBuilder('small');
  const x = builder.input('x', tensorType('float32', ['rows', 2]));
  const w = builder.constant('w', Float32Array.of(1, 0, 2, -1, 1, 0), [2, 3]);
  const c = builder.constant('c', Float32Array.of(0.5, 0, -0.5), [3]);
  const product = builder.node('MatMul', [x, w], { name: 'product' });
  const sum = builder.node('Add', [product, c], { name: 'sum' });
  builder.output(builder.node('Softmax', [sum], { name: 'y', attributes: { axis: -1 } }));
  return builder.build();
}

describe('serializeOnnx', () => {
  it('writes what onnxruntime reads, with types and names of dimensions', async () => {
    const session = await InferenceSession.create(bytesOf(smallGraph()));
    const [input] = session.inputMetadata;
    assert.ok(input?.isTensor === true);
    assert.deepEqual([input.name, input.type, [...input.shape]], ['x', 'float32', ['rows', 2]]);
    const { y } = await session.run({ x: new Tensor('float32', [1, 2, 0, 0], [2, 2]) });
    // By hand: rows (1,2)·w + c = (−0.5, 2, 1.5) and c = (0.5, 0, −0.5).
    const expected = [softmax([-0.5, 2, 1.5]), softmax([0.5, 0, -0.5])].flat();
    (y?.data as Float32Array).forEach((value, i) => {
      assert.ok(Math.abs(value - (expected[i] ?? Number.NaN)) < 1e-6);
    });
  });

  it('gives equal bytes for equal graphs', () => {
    const network = describeNetwork(readGguf(tinyGguf('qwen2')));
    const first = lowerInference(network);
    const second = lowerInference(network);
    assert.deepEqual(bytesOf(first), bytesOf(second));
    assert.equal(printGraph(first), printGraph(second));
    assert.notDeepEqual(bytesOf(first), bytesOf(lowerInference(network, { precision: 'int4' })));
  });

  it('refuses a weight that has no place', () => {
    const network = describeNetwork(readGguf(tinyGguf('qwen2')));
    const layout = { ranges: new Map(), items: [], totalBytes: 0 };
    assert.throws(() => serializeOnnx(lowerInference(network), { dataFile: 'data', layout }), {
      code: 'GRAPH_INVALID',
    });
  });
});

describe('printGraph', () => {
  it('prints a line a value', () => {
    assert.equal(
      printGraph(smallGraph()),
      [
        'graph small',
        '  input %x: float32[rows,2]',
        '  value %w: float32[2,3] = {1, 0, 2, -1, …}',
        '  value %c: float32[3] = {0.5, 0, -0.5}',
        '  %product: float32[rows,3] = MatMul(%x, %w)',
        '  %sum: float32[rows,3] = Add(%product, %c)',
        '  %y: float32[rows,3] = Softmax(%sum) {axis=-1}',
        '  output %y',
        '',
      ].join('\n'),
    );
  });
});

function softmax(values: readonly number[]): number[] {
  const total = values.reduce((sum, x) => sum + Math.exp(x), 0);
  return values.map((x) => Math.exp(x) / total);
}
