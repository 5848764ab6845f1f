import type { NamedValue } from '../graph.ts';
import { gradientOf, inputOf } from './gradient-rule.ts';
import type { GradientContext, GradientRule } from './gradient-rule.ts';
import { sumTo } from './sum-to.ts';

/** Both sides of an operator that broadcasts. */
function bothSides(
  left: (context: GradientContext, g: NamedValue) => NamedValue,
  right: (context: GradientContext, g: NamedValue) => NamedValue,
): GradientRule {
  return (context) => {
    const g = gradientOf(context);
    return [left, right].map((rule, index) =>
      context.wanted(index) ? sumTo(context, rule(context, g), inputOf(context, index)) : undefined,
    );
  };
}

/** An operator whose gradient is a function of `g`, the input `x` and the output `y`. */
function oneSide(
  rule: (context: GradientContext, g: NamedValue, x: NamedValue, y: NamedValue) => NamedValue,
): GradientRule {
  return (context) => [
    rule(context, gradientOf(context), inputOf(context, 0), context.outputs[0] as NamedValue),
  ];
}

/** Rules of operators that act element by element, and of the two softmaxes. */
export const ELEMENTWISE_RULES = {
  /** `d(a + b) = da + db`. */
  Add: bothSides(
    (_, g) => g,
    (_, g) => g,
  ),
  /** `d(a − b) = da − db`. */
  Sub: bothSides(
    (_, g) => g,
    ({ add }, g) => add('Neg', [g]),
  ),
  /** `d(a · b) = b · da + a · db`. */
  Mul: bothSides(
    (context, g) => context.add('Mul', [g, inputOf(context, 1)]),
    (context, g) => context.add('Mul', [g, inputOf(context, 0)]),
  ),
  /** `d(a / b) = da / b − (a / b) · db / b`. */
  Div: bothSides(
    (context, g) => context.add('Div', [g, inputOf(context, 1)]),
    (context, g) => {
      const quotient = context.add('Div', [g, inputOf(context, 1)]);
      const product = context.add('Mul', [quotient, context.outputs[0] as NamedValue]);
      return context.add('Neg', [product]);
    },
  ),
  Neg: oneSide(({ add }, g) => add('Neg', [g])),
  /** `y = eˣ`, `dy = y · dx`. */
  Exp: oneSide(({ add }, g, _, y) => add('Mul', [g, y])),
  Log: oneSide(({ add }, g, x) => add('Div', [g, x])),
  /** `y = √x`, `dy = dx / 2y`. */
  Sqrt: oneSide(({ add, scalar }, g, _, y) => add('Div', [add('Mul', [g, scalar(0.5)]), y])),
  /** `y = 1 / (1 + e⁻ˣ)`, `dy = y · (1 − y) · dx`. */
  Sigmoid: oneSide(({ add, scalar }, g, _, y) => {
    const slope = add('Mul', [y, add('Sub', [scalar(1), y])]);
    return add('Mul', [g, slope]);
  }),
  /** `dx = y · (g − Σ g · y)`. */
  Softmax: oneSide(({ add, integers, node }, g, _, y) => {
    const axes = integers([Number(node.attributes['axis'])]);
    const mean = add('ReduceSum', [add('Mul', [g, y]), axes], { keepdims: 1 });
    return add('Mul', [y, add('Sub', [g, mean])]);
  }),
  /** `dx = g − eʸ · Σ g`. */
  LogSoftmax: oneSide(({ add, integers, node }, g, _, y) => {
    const sum = add('ReduceSum', [g, integers([Number(node.attributes['axis'])])], { keepdims: 1 });
    return add('Sub', [g, add('Mul', [add('Exp', [y]), sum])]);
  }),
} satisfies Readonly<Record<string, GradientRule>>;
