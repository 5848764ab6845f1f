import { SeclError } from '../errors/secl-error.ts';
import { elementCount, formatType, tensorType } from './tensor-type.ts';
import type { Dimension, TensorType } from './tensor-type.ts';
import type { TypeRuleContext } from './type-rule.ts';

/** The error of a node whose inputs do not fit. */
function misfit(context: TypeRuleContext, what: string): SeclError {
  const types = context.inputs.map((type) => (type === undefined ? '-' : formatType(type)));
  return new SeclError('GRAPH_INVALID', `${context.operator}(${types.join(', ')}): ${what}`);
}

function input(context: TypeRuleContext, index: number): TensorType {
  const type = context.inputs[index];
  if (type === undefined) throw misfit(context, `input ${index} is missing`);
  return type;
}

function integer(context: TypeRuleContext, attribute: string): number {
  const value = context.attributes[attribute];
  if (typeof value !== 'number') throw misfit(context, `attribute ${attribute} is missing`);
  return value;
}

function axisOf(context: TypeRuleContext, axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (positive < 0 || positive >= rank) throw misfit(context, `axis ${axis} of rank ${rank}`);
  return positive;
}

/** Numpy's rule; a named dimension only meets itself or 1. */
export function broadcast(context: TypeRuleContext): TensorType[] {
  const first = input(context, 0);
  let shape: readonly Dimension[] = first.shape;
  for (let index = 1; index < context.inputs.length; index += 1) {
    const other = input(context, index);
    if (other.elementType !== first.elementType) throw misfit(context, 'element types differ');
    const rank = Math.max(shape.length, other.shape.length);
    const merged: Dimension[] = [];
    for (let axis = 0; axis < rank; axis += 1) {
      const a = shape[axis - rank + shape.length] ?? 1;
      const b = other.shape[axis - rank + other.shape.length] ?? 1;
      if (a !== b && a !== 1 && b !== 1) throw misfit(context, `${a} meets ${b}`);
      merged.push(a === 1 ? b : a);
    }
    shape = merged;
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

/** To a constant shape in which 0 keeps a dimension and one -1 takes what is left. */
export function reshape(context: TypeRuleContext): TensorType[] {
  const data = input(context, 0);
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
    if (before % after !== 0 || names.length > 1) throw misfit(context, `to [${target.join()}]`);
    const quotient = before / after;
    if (names.length === 1 && quotient !== 1) throw misfit(context, `to [${target.join()}]`);
    shape[free] = names[0] ?? quotient;
  } else {
    const [before, after] = [elementCount(data.shape), elementCount(shape)];
    if (before !== after) throw misfit(context, `to [${target.join()}]`);
  }
  return [tensorType(data.elementType, shape)];
}

/** `[…, M, K] · [K, N]`, or `[N, K]` under `transB`. */
export function matMul(context: TypeRuleContext): TensorType[] {
  const left = input(context, 0);
  const right = input(context, 1);
  if (right.shape.length !== 2) throw misfit(context, 'the right side must be a matrix');
  const transposed = context.attributes['transB'] === 1;
  const [inner, outer] = transposed ? [right.shape[1], right.shape[0]] : right.shape;
  if (left.shape.at(-1) !== inner || outer === undefined) {
    throw misfit(context, 'inner dimensions differ');
  }
  return [tensorType(left.elementType, [...left.shape.slice(0, -1), outer])];
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
    throw misfit(context, `past must be [1,${kvHeads},capacity,headSize]`);
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
