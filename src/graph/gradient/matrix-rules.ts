import type { NamedValue } from '../graph.ts';
import { gradientOf, inputOf } from './gradient-rule.ts';
import type { GradientContext, GradientRule } from './gradient-rule.ts';
import { sumTo } from './sum-to.ts';

/** One factor of a product, as it enters it. */
interface Factor {
  readonly value: NamedValue;
  readonly swapped: boolean;
}

const swap = ({ value, swapped }: Factor): Factor => ({ value, swapped: !swapped });

/**
 * `C = α · A · B`: `dA = α · G · Bᵀ`, `dB = α · Aᵀ · G`, each transposed if the factor entered so, and summed
 * over the leading axes along which it was repeated.
 */
const product: GradientRule = (context) => {
  const { attributes } = context.node;
  const alpha = typeof attributes['alpha'] === 'number' ? attributes['alpha'] : 1;
  const a = { value: inputOf(context, 0), swapped: attributes['transA'] === 1 };
  const b = { value: inputOf(context, 1), swapped: attributes['transB'] === 1 };
  const g = { value: gradientOf(context), swapped: false };
  const multiply = (left: Factor, right: Factor): NamedValue =>
    multiplied(context, left, right, alpha);
  const leftOf = (): NamedValue => (a.swapped ? multiply(b, swap(g)) : multiply(g, swap(b)));
  const rightOf = (): NamedValue => (b.swapped ? multiply(swap(g), a) : multiply(swap(a), g));
  return [
    context.wanted(0) ? sumTo(context, leftOf(), a.value) : undefined,
    context.wanted(1)
      ? (rightSummed(context, a, b, g, alpha) ?? sumTo(context, rightOf(), b.value))
      : undefined,
  ];
};

/**
 * The gradient of a plain matrix that multiplied a stack of them: rows of the stack side by side make it one
 * product, which needs no sum over the stack. `undefined` where that does not apply, as where the number of
 * rows is a product that no dimension names: `[rows, 2, K]`.
 */
function rightSummed(
  context: GradientContext,
  a: Factor,
  b: Factor,
  g: Factor,
  alpha: number,
): NamedValue | undefined {
  const stacked = a.value.type.shape.length > 2 && b.value.type.shape.length === 2;
  if (!stacked || a.swapped) return undefined;
  // A size known only when the graph runs has no name once it is multiplied by another.
  const rowSizes = a.value.type.shape.slice(0, -1).filter((size) => size !== 1);
  if (rowSizes.length > 1 && rowSizes.some((size) => typeof size === 'string')) return undefined;
  const flat = ({ value }: Factor): Factor => {
    const width = value.type.shape.at(-1);
    const stack = value.type.shape.slice(0, -1).filter((size) => size !== 1);
    const named = stack.some((size) => typeof size === 'string');
    if (typeof width !== 'number' || (named && stack.length > 1)) return { value, swapped: false };
    return {
      value: context.add('Reshape', [value, context.integers([-1, width])]),
      swapped: false,
    };
  };
  const [rows, gradients] = [flat(a), flat(g)];
  if (rows.value === a.value || gradients.value === g.value) return undefined;
  return b.swapped
    ? multiplied(context, swap(gradients), rows, alpha)
    : multiplied(context, swap(rows), gradients, alpha);
}

function multiplied(
  context: GradientContext,
  left: Factor,
  right: Factor,
  alpha: number,
): NamedValue {
  const inputs = [left.value, right.value];
  if (!left.swapped && !right.swapped && alpha === 1) return context.add('MatMul', inputs);
  const attributes = {
    transA: left.swapped ? 1 : 0,
    transB: right.swapped ? 1 : 0,
    ...(alpha === 1 ? {} : { alpha }),
  };
  return context.add('FusedMatMul', inputs, attributes);
}

/** Rules of products of matrices. */
export const MATRIX_RULES = {
  MatMul: product,
  FusedMatMul: product,
} satisfies Readonly<Record<string, GradientRule>>;
