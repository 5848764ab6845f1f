import * as inferShape from './infer-shape-type.ts';
import * as infer from './infer-type.ts';
import type { TypeRule } from './type-rule.ts';

/** How an attribute is written. */
export type AttributeKind = 'int' | 'float' | 'ints' | 'string';

/** What a node of an operator may look like. */
export interface OperatorDefinition {
  /** Empty for ONNX itself. */
  readonly domain: '' | 'com.microsoft';
  /** Fewest and most inputs. */
  readonly inputs: readonly [number, number];
  /** Fewest and most outputs. */
  readonly outputs: readonly [number, number];
  /** Attributes it may carry; a leading `!` marks one that it must. */
  readonly attributes: Readonly<Record<string, AttributeKind | `!${AttributeKind}`>>;
  /** Types of all its outputs from those of its inputs; throws `GRAPH_INVALID` where they do not fit. */
  readonly infer: TypeRule;
}

const MICROSOFT = 'com.microsoft';

function elementwise(inputs: number): OperatorDefinition {
  return {
    domain: '',
    inputs: [inputs, inputs],
    outputs: [1, 1],
    attributes: {},
    infer: infer.broadcast,
  };
}

function reduction(): OperatorDefinition {
  return {
    domain: '',
    inputs: [2, 2],
    outputs: [1, 1],
    attributes: { keepdims: '!int' },
    infer: infer.reduce,
  };
}

/**
 * Every operator a graph of this project may use (ONNX operator set 21, and those of onnxruntime's own
 * domain that its CPU build has; documented in onnxruntime's `ContribOperators.md`).
 */
export const OPERATORS = {
  Add: elementwise(2),
  Sub: elementwise(2),
  Mul: elementwise(2),
  Div: elementwise(2),
  Neg: elementwise(1),
  Exp: elementwise(1),
  Log: elementwise(1),
  Sqrt: elementwise(1),
  Sigmoid: elementwise(1),
  Softmax: { ...elementwise(1), attributes: { axis: '!int' } },
  LogSoftmax: { ...elementwise(1), attributes: { axis: '!int' } },
  ReduceMax: reduction(),
  ReduceMean: reduction(),
  ReduceSum: reduction(),
  Gather: {
    domain: '',
    inputs: [2, 2],
    outputs: [1, 1],
    attributes: { axis: '!int' },
    infer: infer.gather,
  },
  /** Sizes of a value, of the axes from `start` up to `end`. */
  Shape: {
    domain: '',
    inputs: [1, 1],
    outputs: [1, 1],
    attributes: { start: 'int', end: 'int' },
    infer: inferShape.shapeOf,
  },
  Transpose: {
    domain: '',
    inputs: [1, 1],
    outputs: [1, 1],
    attributes: { perm: '!ints' },
    infer: inferShape.transpose,
  },
  Concat: {
    domain: '',
    inputs: [1, 16],
    outputs: [1, 1],
    attributes: { axis: '!int' },
    infer: inferShape.concat,
  },
  Split: {
    domain: '',
    inputs: [2, 2],
    outputs: [1, 16],
    attributes: { axis: '!int' },
    infer: inferShape.split,
  },
  Expand: { domain: '', inputs: [2, 2], outputs: [1, 1], attributes: {}, infer: inferShape.expand },
  OneHot: {
    domain: '',
    inputs: [3, 3],
    outputs: [1, 1],
    attributes: { axis: '!int' },
    infer: inferShape.oneHot,
  },
  Reshape: { domain: '', inputs: [2, 2], outputs: [1, 1], attributes: {}, infer: infer.reshape },
  MatMul: { domain: '', inputs: [2, 2], outputs: [1, 1], attributes: {}, infer: infer.matMul },
  /** `alpha · A · B` whose sides may be stored transposed, as model files store the right one. */
  FusedMatMul: {
    domain: MICROSOFT,
    inputs: [2, 2],
    outputs: [1, 1],
    attributes: { transA: 'int', transB: '!int', alpha: 'float' },
    infer: infer.matMul,
  },
  /** `x · Wᵀ (+ bias)` with `W` in blocks of 4 or 8 bits. */
  MatMulNBits: {
    domain: MICROSOFT,
    inputs: [3, 6],
    outputs: [1, 1],
    attributes: { K: '!int', N: '!int', bits: '!int', block_size: '!int', accuracy_level: '!int' },
    infer: infer.matMulBlocks,
  },
  /** Rows of a matrix that is stored in blocks. */
  GatherBlockQuantized: {
    domain: MICROSOFT,
    inputs: [3, 4],
    outputs: [1, 1],
    attributes: {
      gather_axis: '!int',
      quantize_axis: '!int',
      block_size: '!int',
      bits: '!int',
    },
    infer: infer.gatherBlocks,
  },
  /** `(norm(x + skip) · weight, -, -, x + skip)`, the root mean square norm. */
  SkipSimplifiedLayerNormalization: {
    domain: MICROSOFT,
    inputs: [3, 4],
    outputs: [1, 4],
    attributes: { epsilon: '!float' },
    infer: infer.skipNorm,
  },
  /** `x · sigmoid(alpha · x)`; with `alpha = 1` the SiLU. */
  QuickGelu: { ...elementwise(1), domain: MICROSOFT, attributes: { alpha: '!float' } },
  /** Rotary attention over a cache that past and present share. */
  GroupQueryAttention: {
    domain: MICROSOFT,
    inputs: [7, 11],
    outputs: [3, 3],
    attributes: {
      num_heads: '!int',
      kv_num_heads: '!int',
      do_rotary: '!int',
      rotary_interleaved: '!int',
      scale: 'float',
    },
    infer: infer.groupQueryAttention,
  },
} as const satisfies Readonly<Record<string, OperatorDefinition>>;

/** Name of an operator that a graph may use. */
export type OperatorName = keyof typeof OPERATORS;

/** The definition under a name that may be anything. */
export function operatorDefinition(name: string): OperatorDefinition | undefined {
  return Object.hasOwn(OPERATORS, name)
    ? (OPERATORS as Readonly<Record<string, OperatorDefinition>>)[name]
    : undefined;
}
