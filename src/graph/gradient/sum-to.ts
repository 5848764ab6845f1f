import type { NamedValue } from '../graph.ts';
import type { GradientContext } from './gradient-rule.ts';

/** Gradient of a value that was broadcast: summed over the axes along which it was repeated. */
export function sumTo(
  context: GradientContext,
  gradient: NamedValue,
  value: NamedValue,
): NamedValue {
  const from = gradient.type.shape;
  const to = value.type.shape;
  const extra = from.length - to.length;
  const repeated = from.flatMap((size, axis) =>
    axis < extra || (to[axis - extra] === 1 && size !== 1) ? [axis] : [],
  );
  if (repeated.length === 0) return gradient;
  const keepdims = extra === 0 ? 1 : 0;
  const sum = context.add('ReduceSum', [gradient, context.integers(repeated)], { keepdims });
  const dropped = repeated.some((axis) => axis >= extra);
  return extra > 0 && dropped ? reshapeLike(context, sum, value) : sum;
}

/** A gradient under the shape of a value of the same size. */
export function reshapeLike(
  context: GradientContext,
  gradient: NamedValue,
  value: NamedValue,
): NamedValue {
  return context.add('Reshape', [gradient, context.add('Shape', [value])]);
}
