import type { NamedValue } from '../graph.ts';
import { elementCount } from '../tensor-type.ts';
import { gradientOf, inputOf, noRule } from './gradient-rule.ts';
import type { GradientContext, GradientRule } from './gradient-rule.ts';
import { reshapeLike, sumTo } from './sum-to.ts';

/** A gradient that is the same along axes that were summed, spread over them again. */
function spread(context: GradientContext): NamedValue {
  const x = inputOf(context, 0);
  const g = gradientOf(context);
  const shape = context.add('Shape', [x]);
  if (context.node.attributes['keepdims'] === 1) return context.add('Expand', [g, shape]);
  const reduced = new Set(
    reducedAxes(context).map((axis) => (axis + x.type.shape.length) % x.type.shape.length),
  );
  // 1 puts a summed axis back, 0 keeps; -1 stands for one whose place has moved.
  const kept = x.type.shape.flatMap((size, axis) => (reduced.has(axis) ? [] : [size]));
  if (kept.filter((size) => typeof size === 'string').length > 1) {
    throw noRule(context.node, 'that drops axes between two of unknown size');
  }
  const target = x.type.shape.map((size, axis) =>
    reduced.has(axis) ? 1 : typeof size === 'string' ? -1 : size,
  );
  const placed = context.add('Reshape', [g, context.integers(target)]);
  return context.add('Expand', [placed, shape]);
}

function reducedAxes(context: GradientContext): readonly number[] {
  const axes = context.constant(1);
  if (axes === undefined) throw noRule(context.node, 'over axes that are no constant');
  return axes;
}

const reduceSum: GradientRule = (context) => [spread(context)];

/** The mean's gradient is the sum's over the number of elements, which must be known. */
const reduceMean: GradientRule = (context) => {
  const { shape } = inputOf(context, 0).type;
  const count = elementCount(reducedAxes(context).map((axis) => shape.at(axis) ?? 1));
  if (count === undefined) throw noRule(context.node, 'over an axis of unknown size');
  return [context.add('Mul', [spread(context), context.scalar(1 / count)])];
};

const reshape: GradientRule = (context) => [
  reshapeLike(context, gradientOf(context), inputOf(context, 0)),
];

const expand: GradientRule = (context) => [
  sumTo(context, gradientOf(context), inputOf(context, 0)),
];

const transpose: GradientRule = (context) => {
  const order = context.node.attributes['perm'] as readonly number[];
  const perm = order.map((_, axis) => order.indexOf(axis));
  return [context.add('Transpose', [gradientOf(context)], { perm })];
};

/** The parts of the gradient, of the inputs' sizes. */
const concat: GradientRule = (context) => {
  const axis = Number(context.node.attributes['axis']);
  const rank = inputOf(context, 0).type.shape.length;
  const start = axis < 0 ? axis + rank : axis;
  const parts = context.inputs.map((_, index) => inputOf(context, index));
  const fixed = parts.map(({ type }) => type.shape[start]);
  const known = fixed.filter((size) => typeof size === 'number');
  const sizes =
    known.length === parts.length
      ? context.integers(known)
      : context.add(
          'Concat',
          parts.map((part) => context.add('Shape', [part], { start, end: start + 1 })),
          { axis: 0 },
        );
  const gradients = context.addMany('Split', [gradientOf(context), sizes], parts.length, { axis });
  return gradients.map((gradient, index) => (context.wanted(index) ? gradient : undefined));
};

/** The gradients of the parts joined, zeros where a part has none. */
const split: GradientRule = (context) => {
  const parts = context.outputs.map(
    (output, index) =>
      context.outputGradients[index] ??
      context.add('Expand', [context.scalar(0), context.add('Shape', [output])]),
  );
  return [context.add('Concat', parts, { axis: Number(context.node.attributes['axis']) })];
};

/**
 * Rows are given back to where they came from, and added up where one was taken twice: the product with
 * the indices' unit rows, which costs as many products as rows there and here, and adds in a fixed order.
 */
const gather: GradientRule = (context) => {
  const data = inputOf(context, 0);
  const indices = inputOf(context, 1);
  if (
    context.node.attributes['axis'] !== 0 ||
    indices.type.shape.length !== 1 ||
    data.type.shape.length !== 2
  ) {
    throw noRule(context.node, 'but of rows of a matrix');
  }
  const depth = context.add('Shape', [data], { start: 0, end: 1 });
  const units = context.add('OneHot', [indices, depth, context.units()], { axis: -1 });
  const attributes = { transA: 1, transB: 0 };
  return [context.add('FusedMatMul', [units, gradientOf(context)], attributes)];
};

/** Rules of operators that sum, move or choose elements. */
export const STRUCTURE_RULES = {
  ReduceSum: reduceSum,
  ReduceMean: reduceMean,
  Reshape: reshape,
  Expand: expand,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Gather: gather,
} satisfies Readonly<Record<string, GradientRule>>;
