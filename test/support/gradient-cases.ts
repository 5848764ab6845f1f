import type { GraphBuilder } from '../../src/graph/graph-builder.ts';
import type { NamedValue } from '../../src/graph/graph.ts';
import type { OperatorName } from '../../src/graph/operators.ts';
import type { Dimension } from '../../src/graph/tensor-type.ts';
import type { AttributeValue } from '../../src/graph/type-rule.ts';

/** A function of some inputs, whose gradient is known from PyTorch. */
export interface GradientCase {
  readonly name: string;
  /** Shapes of the inputs that are differentiated. */
  readonly inputs: readonly (readonly number[])[];
  /** The same as the graph declares them, where some sizes are known only when it runs. */
  readonly declared?: readonly (readonly Dimension[])[];
  /** Size of the output. */
  readonly size: number;
  readonly build: (write: Write, inputs: readonly NamedValue[]) => NamedValue;
}

/** Adds nodes with names of their own. */
export interface Write {
  readonly builder: GraphBuilder;
  (
    operator: OperatorName,
    inputs: readonly NamedValue[],
    attributes?: Readonly<Record<string, AttributeValue>>,
    outputs?: number,
  ): NamedValue;
  many(
    operator: OperatorName,
    inputs: readonly NamedValue[],
    attributes: Readonly<Record<string, AttributeValue>>,
    outputs: number,
  ): readonly NamedValue[];
  integers(...values: readonly number[]): NamedValue;
  number(value: number): NamedValue;
}

const unary = (operator: OperatorName, shift = 0): Omit<GradientCase, 'name'> => ({
  inputs: [[2, 3]],
  declared: [['rows', 3]],
  size: 6,
  build: (write, [x]) =>
    write(operator, [shift === 0 ? x! : write('Add', [x!, write.number(shift)])]),
});

const binary = (
  operator: OperatorName,
  left: readonly number[],
  right: readonly number[],
  size: number,
  declared?: readonly (readonly Dimension[])[],
): Omit<GradientCase, 'name'> => ({
  inputs: [left, right],
  ...(declared === undefined ? {} : { declared }),
  size,
  build: (write, [a, b]) => write(operator, [a!, b!]),
});

const reduction = (
  operator: OperatorName,
  axes: readonly number[],
  keepdims: number,
  size: number,
): Omit<GradientCase, 'name'> => ({
  inputs: [[2, 3, 4]],
  declared: [['rows', 3, 4]],
  size,
  build: (write, [x]) => write(operator, [x!, write.integers(...axes)], { keepdims }),
});

const CASES: Readonly<Record<string, Omit<GradientCase, 'name'>>> = {
  add: binary('Add', [2, 3], [3], 6, [['rows', 3], [3]]),
  'add-same': {
    inputs: [[2, 3]],
    size: 6,
    build: (write, [x]) => write('Add', [x!, x!]),
  },
  sub: binary('Sub', [2, 1, 3], [4, 1], 24, [
    ['rows', 1, 3],
    [4, 1],
  ]),
  mul: binary('Mul', [2, 3], [2, 1], 6, [
    ['rows', 3],
    ['rows', 1],
  ]),
  square: { inputs: [[2, 3]], size: 6, build: (write, [x]) => write('Mul', [x!, x!]) },
  div: {
    inputs: [[3, 2], [2]],
    declared: [['rows', 2], [2]],
    size: 6,
    build: (write, [a, b]) => write('Div', [a!, write('Add', [b!, write.number(2)])]),
  },
  neg: unary('Neg'),
  exp: unary('Exp'),
  log: unary('Log', 2),
  sqrt: unary('Sqrt', 2),
  sigmoid: unary('Sigmoid'),
  softmax: {
    inputs: [[2, 3, 4]],
    declared: [['rows', 3, 4]],
    size: 24,
    build: (write, [x]) => write('Softmax', [x!], { axis: -1 }),
  },
  'softmax-inside': {
    inputs: [[2, 3, 4]],
    size: 24,
    build: (write, [x]) => write('Softmax', [x!], { axis: 1 }),
  },
  'log-softmax': {
    inputs: [[2, 4]],
    declared: [['rows', 4]],
    size: 8,
    build: (write, [x]) => write('LogSoftmax', [x!], { axis: -1 }),
  },
  'reduce-sum': reduction('ReduceSum', [-1], 1, 6),
  'reduce-sum-dropped': reduction('ReduceSum', [0, 2], 0, 3),
  'reduce-mean': reduction('ReduceMean', [-1], 1, 6),
  'reduce-mean-dropped': reduction('ReduceMean', [1], 0, 8),
  reshape: {
    inputs: [[2, 6]],
    declared: [['rows', 6]],
    size: 12,
    build: (write, [x]) => write('Reshape', [x!, write.integers(0, 2, 3)]),
  },
  expand: {
    inputs: [[2, 1]],
    declared: [['rows', 1]],
    size: 6,
    build: (write, [x]) => write('Expand', [x!, write.integers(1, 3)]),
  },
  transpose: {
    inputs: [[2, 3, 4]],
    declared: [['rows', 3, 4]],
    size: 24,
    build: (write, [x]) => write('Transpose', [x!], { perm: [2, 0, 1] }),
  },
  concat: {
    inputs: [
      [2, 1],
      [2, 3],
      [2, 2],
    ],
    size: 12,
    build: (write, parts) => write('Concat', parts, { axis: -1 }),
  },
  'concat-unknown': {
    inputs: [
      [3, 2],
      [1, 2],
    ],
    declared: [
      ['past', 2],
      ['tokens', 2],
    ],
    size: 8,
    build: (write, parts) => write('Concat', parts, { axis: 0 }),
  },
  split: {
    inputs: [[2, 5]],
    declared: [['rows', 5]],
    size: 4,
    build: (write, [x]) => {
      const [first, , last] = write.many('Split', [x!, write.integers(2, 1, 2)], { axis: -1 }, 3);
      return write('Mul', [first!, last!]);
    },
  },
  gather: {
    inputs: [[4, 3]],
    declared: [['rows', 3]],
    size: 9,
    // A row twice, one never.
    build: (write, [x]) => write('Gather', [x!, write.integers(2, 0, 2)], { axis: 0 }),
  },
  matmul: binary('MatMul', [2, 3], [3, 4], 8, [
    ['rows', 3],
    [3, 4],
  ]),
  'matmul-unknown-rank': binary('MatMul', [2, 3], [3, 2], 4, [
    ['rows', 3],
    [3, 'rank'],
  ]),
  'matmul-stacked': binary('MatMul', [2, 2, 3], [3, 4], 16, [
    ['rows', 2, 3],
    [3, 4],
  ]),
  'matmul-repeated': binary('MatMul', [2, 3, 2, 4], [2, 1, 4, 3], 36, [
    [2, 3, 'rows', 4],
    [2, 1, 4, 'all'],
  ]),
  'fused-right': {
    inputs: [
      [2, 3],
      [4, 3],
    ],
    declared: [
      ['rows', 3],
      [4, 3],
    ],
    size: 8,
    build: (write, [a, b]) => write('FusedMatMul', [a!, b!], { transB: 1, alpha: 0.5 }),
  },
  'fused-stacked': {
    inputs: [
      [2, 2, 3],
      [4, 3],
    ],
    size: 16,
    build: (write, [a, b]) => write('FusedMatMul', [a!, b!], { transB: 1 }),
  },
  'fused-left': {
    inputs: [
      [3, 2],
      [3, 4],
    ],
    size: 8,
    build: (write, [a, b]) => write('FusedMatMul', [a!, b!], { transA: 1, transB: 0 }),
  },
  'fused-both': {
    inputs: [
      [3, 2],
      [4, 3],
    ],
    size: 8,
    build: (write, [a, b]) => write('FusedMatMul', [a!, b!], { transA: 1, transB: 1 }),
  },
  silu: {
    inputs: [[2, 3]],
    size: 6,
    build: (write, [x]) => write('Mul', [x!, write('Sigmoid', [x!])]),
  },
  'root-mean-square-norm': {
    inputs: [[2, 4], [4]],
    declared: [['rows', 4], [4]],
    size: 8,
    build: (write, [x, weight]) => {
      const square = write('Mul', [x!, x!]);
      const mean = write('ReduceMean', [square, write.integers(-1)], { keepdims: 1 });
      const root = write('Sqrt', [write('Add', [mean, write.number(0.01)])]);
      return write('Mul', [write('Div', [x!, root]), weight!]);
    },
  },
};

/** Every case, in a fixed order. */
export const GRADIENT_CASES: readonly GradientCase[] = Object.entries(CASES).map(
  ([name, rest]) => ({ name, ...rest }),
);
