import type { NamedValue } from './graph.ts';
import { vectorWeight } from './lower-linear.ts';
import type { LoweringContext } from './lowering-context.ts';
import type { Norm } from './network.ts';

/** A norm of its input alone, in ONNX's own operators; onnxruntime fuses them. */
export function lowerNorm(
  context: LoweringContext,
  name: string,
  x: NamedValue,
  norm: Norm,
): NamedValue {
  const { builder, network } = context;
  const axes = builder.constant('last_axis', BigInt64Array.of(-1n), [1]);
  const epsilon = builder.constant(
    'norm_epsilon',
    Float32Array.of(network.config.normEpsilon),
    [1],
  );
  const square = builder.node('Mul', [x, x], { name: `${name}.square` });
  const mean = builder.node('ReduceMean', [square, axes], {
    name: `${name}.mean`,
    attributes: { keepdims: 1 },
  });
  const shifted = builder.node('Add', [mean, epsilon], { name: `${name}.shifted` });
  const root = builder.node('Sqrt', [shifted], { name: `${name}.root` });
  const unit = builder.node('Div', [x, root], { name: `${name}.unit` });
  return builder.node('Mul', [unit, vectorWeight(context, norm.weight)], { name });
}

/** A residual sum and its norm, as one operator. */
export function lowerAddNorm(
  context: LoweringContext,
  name: string,
  x: NamedValue,
  residual: NamedValue,
  norm: Norm,
): { readonly sum: NamedValue; readonly normed: NamedValue } {
  const [normed, sum] = context.builder.nodes(
    'SkipSimplifiedLayerNormalization',
    [x, residual, vectorWeight(context, norm.weight)],
    {
      name,
      outputs: [name, '', '', `${name}.sum`],
      attributes: { epsilon: context.network.config.normEpsilon },
    },
  );
  return { normed: normed as NamedValue, sum: sum as NamedValue };
}
