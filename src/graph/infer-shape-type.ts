import { axisOf, broadcastShapes, input, integer, misfit, sizeOf } from './type-checks.ts';
import { tensorType } from './tensor-type.ts';
import type { Dimension, TensorType } from './tensor-type.ts';
import type { TypeRuleContext } from './type-rule.ts';

/** Sizes named by a constant input or by one that holds dimensions of another value. */
function sizes(context: TypeRuleContext, index: number): readonly Dimension[] {
  const known = context.inputs[index]?.dimensions ?? context.constant(index);
  if (known === undefined)
    throw misfit(context, `input ${index} must be constant or come of a Shape`);
  return known;
}

/** A sum of sizes; with names in it, a name: `past+tokens`. */
export function sumOfDimensions(dimensions: readonly Dimension[]): Dimension {
  const known = dimensions.filter((size) => typeof size === 'number').reduce((a, b) => a + b, 0);
  const names = dimensions.filter((size) => typeof size === 'string');
  if (names.length === 0) return known;
  return [...names, ...(known === 0 ? [] : [String(known)])].join('+');
}

/** Sizes of a value, from axis `start` up to `end`. */
export function shapeOf(context: TypeRuleContext): TensorType[] {
  const { shape } = input(context, 0);
  const start = context.attributes['start'] ?? 0;
  const end = context.attributes['end'] ?? shape.length;
  const dimensions = shape.slice(Number(start), Number(end));
  return [{ ...tensorType('int64', [dimensions.length]), dimensions }];
}

/** Axes in the order of `perm`. */
export function transpose(context: TypeRuleContext): TensorType[] {
  const { elementType, shape } = input(context, 0);
  const order = context.attributes['perm'];
  const axes = Array.isArray(order) ? (order as readonly number[]) : [];
  if (axes.toSorted((a, b) => a - b).join() !== [...shape.keys()].join()) {
    throw misfit(context, 'perm must name every axis once');
  }
  return [
    tensorType(
      elementType,
      axes.map((axis) => shape[axis] ?? 1),
    ),
  ];
}

/** Equal shapes but for the axis that is joined. */
export function concat(context: TypeRuleContext): TensorType[] {
  const first = input(context, 0);
  const axis = axisOf(context, integer(context, 'axis'), first.shape.length);
  const parts = context.inputs.map((_, index) => input(context, index));
  for (const part of parts) {
    const fits =
      part.elementType === first.elementType &&
      part.shape.length === first.shape.length &&
      part.shape.every((size, other) => other === axis || size === first.shape[other]);
    if (!fits) throw misfit(context, `shapes differ beyond axis ${axis}`);
  }
  const joined = sumOfDimensions(parts.map(({ shape }) => shape[axis] ?? 1));
  const type = tensorType(
    first.elementType,
    first.shape.map((size, other) => (other === axis ? joined : size)),
  );
  const dimensions = parts.flatMap(
    (part, index) => part.dimensions ?? context.constant(index) ?? [],
  );
  const known = first.elementType === 'int64' && dimensions.length === joined;
  return [known ? { ...type, dimensions } : type];
}

/** Parts along an axis, of the sizes in the second input. */
export function split(context: TypeRuleContext): TensorType[] {
  const { elementType, shape } = input(context, 0);
  const axis = axisOf(context, integer(context, 'axis'), shape.length);
  const parts = sizes(context, 1);
  if (sumOfDimensions(parts) !== shape[axis]) throw misfit(context, `into [${parts.join()}]`);
  return parts.map((part) =>
    tensorType(
      elementType,
      shape.map((size, other) => (other === axis ? part : size)),
    ),
  );
}

/** Broadcast to the sizes in the second input. */
export function expand(context: TypeRuleContext): TensorType[] {
  const { elementType, shape } = input(context, 0);
  return [tensorType(elementType, broadcastShapes(context, shape, sizes(context, 1)))];
}

/** Rows of the unit matrix: indices `[…]` to `[…, depth]`. */
export function oneHot(context: TypeRuleContext): TensorType[] {
  const indices = input(context, 0);
  const values = input(context, 2);
  const [depth] = sizes(context, 1);
  if (depth === undefined || indices.elementType !== 'int64' || sizeOf(values.shape) !== '2') {
    throw misfit(context, 'wants int64 indices, a depth and two values');
  }
  return [tensorType(values.elementType, [...indices.shape, depth])];
}
