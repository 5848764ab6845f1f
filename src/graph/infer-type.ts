import { elementCount, formatType, tensorType } from './tensor-type.ts';
import type { Dimension, TensorType } from './tensor-type.ts';
import type { TypeRuleContext } from './type-rule.ts';
import { axisOf, broadcastShapes, input, integer, misfit, sizeOf } from './type-checks.ts';

/** Numpy's rule; a named dimension only meets itself or 1. */
export function broadcast(context: TypeRuleContext): TensorType[] {
  const first = input(context, 0);
  let shape: readonly Dimension[] = first.shape;
  for (let index = 1; index < context.inputs.length; index += 1) {
    const other = input(context, index);
    if (other.elementType !== first.elementType) throw misfit(context, 'element types differ');
    shape = broadcastShapes(context, shape, other.shape);
  }
  return [tensorType(first.elementType, shape)];
}

/** Over the axes in the constant second input. */
export function reduce(context: TypeRuleContext): TensorType[] {
  const { elementType, shape } = input(context, 0);
  const axes = context.constant(1);
  if (axes === undefined) throw misfit(context, 'axes must be constant');
  const reduced = new Set(axes.map((axis) => axisOf(context, axis, shape.length)));
  const kept = integer(context, 'keepdims') === 1;
  const left = shape.map((dimension, axis) => (reduced.has(axis) ? 1 : dimension));
  return [tensorType(elementType, kept ? left : left.filter((_, axis) => !reduced.has(axis)))];
}

/** `data` with one axis replaced by the shape of `indices`. */
export function gather(context: TypeRuleContext): TensorType[] {
  const data = input(context, 0);
  const indices = input(context, 1);
  if (indices.elementType !== 'int64') throw misfit(context, 'indices must be int64');
  const axis = axisOf(context, integer(context, 'axis'), data.shape.length);
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
  return [tensorType(data.elementType, shape)];
}

/** To the shape of another value, or a constant one in which 0 keeps a dimension and one -1 takes what is left. */
export function reshape(context: TypeRuleContext): TensorType[] {
  const data = input(context, 0);
  const dimensions = context.inputs[1]?.dimensions;
  if (dimensions !== undefined) {
    if (sizeOf(dimensions) !== sizeOf(data.shape))
      throw misfit(context, `to [${dimensions.join()}]`);
    return [tensorType(data.elementType, dimensions)];
  }
  const target = context.constant(1);
  if (target === undefined) throw misfit(context, 'shape must be constant');
  const shape: Dimension[] = target.map((size, axis) =>
    size === 0 ? (data.shape[axis] ?? 1) : size,
  );
  const free = shape.indexOf(-1);
  if (free >= 0) {
    const rest = shape.filter((_, axis) => axis !== free);
    // Named dimensions cancel when they stand on both sides.
    const names = data.shape.filter((size) => typeof size === 'string' && !rest.includes(size));
    const before = elementCount(data.shape.filter((size) => typeof size === 'number')) ?? 1;
    const after = elementCount(rest.filter((size) => typeof size === 'number')) ?? 1;
    if (before % after !== 0) throw misfit(context, `to [${target.join()}]`);
    const quotient = before / after;
    if (names.length > 0 && quotient !== 1) throw misfit(context, `to [${target.join()}]`);
    shape[free] = names.length > 0 ? names.join('*') : quotient;
  } else {
    const [before, after] = [elementCount(data.shape), elementCount(shape)];
    if (before !== after) throw misfit(context, `to [${target.join()}]`);
  }
  return [tensorType(data.elementType, shape)];
}

/**
 * `[…, M, K] · […, K, N]`, leading dimensions broadcast; the last two of a side swapped under `transA` or
 * `transB`.
 */
export function matMul(context: TypeRuleContext): TensorType[] {
  const left = input(context, 0);
  const right = input(context, 1);
  if (left.shape.length < 2 || right.shape.length < 2)
    throw misfit(context, 'both must be matrices');
  const matrix = (shape: readonly Dimension[], swapped: boolean): readonly Dimension[] =>
    swapped ? [shape.at(-1) ?? 1, shape.at(-2) ?? 1] : shape.slice(-2);
  const [outerLeft, innerLeft] = matrix(left.shape, context.attributes['transA'] === 1);
  const [innerRight, outerRight] = matrix(right.shape, context.attributes['transB'] === 1);
  if (innerLeft !== innerRight || outerLeft === undefined || outerRight === undefined) {
    throw misfit(context, 'inner dimensions differ');
  }
  const batch = broadcastShapes(context, left.shape.slice(0, -2), right.shape.slice(0, -2));
  return [tensorType(left.elementType, [...batch, outerLeft, outerRight])];
}

/** `[…, K]` by `values` `[N, K / block, bytes]` and `scales` `[N · K / block]` or `[N, K / block, 1]`. */
export function matMulBlocks(context: TypeRuleContext): TensorType[] {
  const left = input(context, 0);
  const values = input(context, 1);
  const scales = input(context, 2);
  const [columns, rows] = [integer(context, 'K'), integer(context, 'N')];
  const block = integer(context, 'block_size');
  const blocks = Math.ceil(columns / block);
  if (left.shape.at(-1) !== columns) throw misfit(context, `K is ${columns}`);
  const expected = [rows, blocks, (block * integer(context, 'bits')) / 8];
  if (
    values.elementType !== 'uint8' ||
    expected.some((size, axis) => size !== values.shape[axis])
  ) {
    throw misfit(context, `values must be uint8[${expected.join()}]`);
  }
  if (elementCount(scales.shape) !== rows * blocks) throw misfit(context, 'number of scales');
  const bias = context.inputs[5];
  if (bias !== undefined && bias.shape[0] !== rows) throw misfit(context, 'length of the bias');
  return [tensorType('float32', [...left.shape.slice(0, -1), rows])];
}

/** Rows of `[V, blocks, bytes]`, as floats. */
export function gatherBlocks(context: TypeRuleContext): TensorType[] {
  const data = input(context, 0);
  const indices = input(context, 1);
  const scales = input(context, 2);
  if (data.shape[0] !== scales.shape[0]) throw misfit(context, 'one row of scales a row of values');
  return [
    tensorType('float32', [
      ...indices.shape,
      ...data.shape.slice(1, -1),
      integer(context, 'block_size'),
    ]),
  ];
}

/** Outputs: normalised, two that CPU leaves empty, and the sum. */
export function skipNorm(context: TypeRuleContext): TensorType[] {
  const value = input(context, 0);
  const skip = input(context, 1);
  const weight = input(context, 2);
  if (formatType(value) !== formatType(skip)) throw misfit(context, 'value and skip differ');
  if (weight.shape.length !== 1 || weight.shape[0] !== value.shape.at(-1)) {
    throw misfit(context, 'length of the weight');
  }
  const statistics = tensorType('float32', [...value.shape.slice(0, -1), 1]);
  return [value, statistics, statistics, value];
}

/** Queries `[1, T, H·d]`, keys and values `[1, T, G·d]`, caches `[1, G, C, d]`. */
export function groupQueryAttention(context: TypeRuleContext): TensorType[] {
  const query = input(context, 0);
  const pastKey = input(context, 3);
  const pastValue = input(context, 4);
  const [heads, kvHeads] = [integer(context, 'num_heads'), integer(context, 'kv_num_heads')];
  const headSize = pastKey.shape.at(-1);
  if (typeof headSize !== 'number' || pastKey.shape[1] !== kvHeads) {
    throw misfit(context, `past must be [texts,${kvHeads},capacity,headSize]`);
  }
  const packed = context.inputs[1] === undefined;
  const width = (packed ? heads + 2 * kvHeads : heads) * headSize;
  if (query.shape.at(-1) !== width) throw misfit(context, `queries must be ${width} wide`);
  for (const index of packed ? [] : [1, 2]) {
    if (input(context, index).shape.at(-1) !== kvHeads * headSize) {
      throw misfit(context, `keys and values must be ${kvHeads * headSize} wide`);
    }
  }
  const output = tensorType('float32', [...query.shape.slice(0, -1), heads * headSize]);
  return [output, pastKey, pastValue];
}
