import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Graph } from '../../../src/graph/graph.ts';
import { tensorType } from '../../../src/graph/tensor-type.ts';
import { verifyGraph } from '../../../src/graph/verify-graph.ts';

const floats = tensorType('float32', [1, 'tokens']);

/** `y = (x + c) · x`, which is valid. */
const VALID: Graph = {
  name: 'test',
  inputs: [{ name: 'x', type: floats }],
  outputs: [{ name: 'y', type: floats }],
  initializers: [
    {
      name: 'c',
      type: tensorType('float32', [1]),
      content: { kind: 'constant', values: Float32Array.of(2) },
    },
  ],
  nodes: [
    { name: 'add', operator: 'Add', inputs: ['x', 'c'], outputs: ['sum'], attributes: {} },
    { name: 'mul', operator: 'Mul', inputs: ['sum', 'x'], outputs: ['y'], attributes: {} },
  ],
};
const [add, mul] = VALID.nodes;
const [c] = VALID.initializers;
assert.ok(add !== undefined && mul !== undefined && c !== undefined);

describe('verifyGraph', () => {
  it('accepts a valid graph', () => {
    verifyGraph(VALID);
  });

  const faults: readonly [string, Partial<Graph>, RegExp][] = [
    ['nodes out of order', { nodes: [mul, add] }, /sum is used before it is defined/],
    [
      'an unknown operator',
      { nodes: [{ ...add, operator: 'Erf' as 'Add' }, mul] },
      /Erf is not known/,
    ],
    [
      'two nodes of one name',
      { nodes: [add, { ...mul, name: 'add' }] },
      /two nodes are called add/,
    ],
    [
      'two values of one name',
      { nodes: [{ ...add, outputs: ['x'] }, mul] },
      /two values are called x/,
    ],
    [
      'an unknown attribute',
      { nodes: [{ ...add, attributes: { alpha: 1 } }, mul] },
      /attribute alpha/,
    ],
    ['an output that is not there', { outputs: [{ name: 'z', type: floats }] }, /output z/],
    [
      'an output of another type',
      { outputs: [{ name: 'y', type: tensorType('float32', [1]) }] },
      /output y is float32\[1,tokens\], not float32\[1\]/,
    ],
    [
      'a constant with too few numbers',
      { initializers: [{ ...c, type: tensorType('float32', [1, 2]) }] },
      /initialiser c: 4 bytes, not 8/,
    ],
    [
      'an input in vain',
      { inputs: [...VALID.inputs, { name: 'u', type: floats }] },
      /u is never used/,
    ],
    [
      'a default of another shape',
      { initializers: [c, { ...c, name: 'x', type: tensorType('float32', [1]) }] },
      /default float32\[1\] of x/,
    ],
  ];
  for (const [name, change, message] of faults) {
    it(`refuses ${name}`, () => {
      assert.throws(() => verifyGraph({ ...VALID, ...change }), { code: 'GRAPH_INVALID', message });
    });
  }

  it('accepts a default that fills named dimensions', () => {
    const content = { kind: 'constant', values: Float32Array.of(0, 0, 0) } as const;
    const type = tensorType('float32', [1, 3]);
    verifyGraph({ ...VALID, initializers: [c, { name: 'x', type, content }] });
  });
});
