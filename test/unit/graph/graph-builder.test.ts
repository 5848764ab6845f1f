import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { GraphBuilder } from '../../../src/graph/graph-builder.ts';
import { formatType, tensorType } from '../../../src/graph/tensor-type.ts';
import type { WeightRecipe } from '../../../src/graph/weight-recipe.ts';

const stored = { kind: 'stored' } as const;
const recipe = (
  rows: number,
  columns: number,
  encoding: WeightRecipe['encoding'],
): WeightRecipe => ({
  sources: [{ tensor: 'w', rows, columns, rowOrder: stored }],
  encoding,
});

describe('GraphBuilder', () => {
  it('infers types as nodes are added, names of dimensions included', () => {
    const builder = new GraphBuilder('test');
    const x = builder.input('x', tensorType('float32', [1, 'tokens', 64]));
    const index = builder.input('index', tensorType('int64', ['outputs']));
    const weight = builder.weight('w', recipe(96, 64, 'float32'), 'values', [96, 64]);
    const y = builder.node('FusedMatMul', [x, weight], { name: 'y', attributes: { transB: 1 } });
    const picked = builder.node('Gather', [y, index], { name: 'picked', attributes: { axis: 1 } });
    const shape = builder.constant('shape', BigInt64Array.of(-1n, 96n), [2]);
    const flat = builder.node('Reshape', [picked, shape], { name: 'flat' });
    assert.equal(formatType(y.type), 'float32[1,tokens,96]');
    assert.equal(formatType(picked.type), 'float32[1,outputs,96]');
    assert.equal(formatType(flat.type), 'float32[outputs,96]');
  });

  it('fails at the node whose inputs do not fit', () => {
    const builder = new GraphBuilder('test');
    const x = builder.input('x', tensorType('float32', [1, 'tokens', 64]));
    const wrong = builder.weight('w', recipe(96, 32, 'float32'), 'values', [96, 32]);
    assert.throws(
      () => builder.node('FusedMatMul', [x, wrong], { name: 'y', attributes: { transB: 1 } }),
      { code: 'GRAPH_INVALID', message: /Node y: .*inner dimensions differ/ },
    );
    const other = builder.input('other', tensorType('float32', [1, 'total', 64]));
    assert.throws(() => builder.node('Add', [x, other], { name: 'sum' }), {
      code: 'GRAPH_INVALID',
      message: /tokens meets total/,
    });
    assert.throws(() => builder.node('Softmax', [x], { name: 'p' }), {
      message: /attribute axis is missing/,
    });
    assert.throws(() => builder.node('Add', [x], { name: 'half' }), { message: /1 inputs/ });
  });

  it('refuses a second value of the same name, and a weight that is no whole number of blocks', () => {
    const builder = new GraphBuilder('test');
    builder.input('x', tensorType('float32', [1]));
    assert.throws(() => builder.input('x', tensorType('float32', [1])), { code: 'GRAPH_INVALID' });
    assert.throws(() => builder.weight('w', recipe(2, 48, 'int8'), 'values', [2, 1, 48]), {
      code: 'GRAPH_INVALID',
    });
    assert.throws(() => builder.weight('w', recipe(2, 64, 'float32'), 'values', [3, 64]), {
      code: 'GRAPH_INVALID',
    });
  });

  it('returns the weight it has when a name comes again, as tied tables do', () => {
    const builder = new GraphBuilder('test');
    const first = builder.weight('w', recipe(2, 64, 'int8'), 'values', [2, 2, 32]);
    builder.weight('w', recipe(2, 64, 'int8'), 'values', [2, 2, 32]);
    assert.equal(formatType(first.type), 'uint8[2,2,32]');
    assert.equal(builder.build().initializers.length, 1);
  });
});
