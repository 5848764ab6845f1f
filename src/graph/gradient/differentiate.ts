import { SeclError } from '../../errors/secl-error.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { GraphNode, NamedValue } from '../graph.ts';
import { elementCount, formatType, sameType } from '../tensor-type.ts';
import { ELEMENTWISE_RULES } from './elementwise-rules.ts';
import { gradientContext, noRule } from './gradient-rule.ts';
import type { GradientRule } from './gradient-rule.ts';
import { MATRIX_RULES } from './matrix-rules.ts';
import { STRUCTURE_RULES } from './structure-rules.ts';

/** A rule for every operator that can be differentiated. */
export const GRADIENT_RULES: ReadonlyMap<string, GradientRule> = new Map(
  Object.entries<GradientRule>({ ...ELEMENTWISE_RULES, ...STRUCTURE_RULES, ...MATRIX_RULES }),
);

/**
 * Reverse mode: adds to a builder's graph the nodes that compute the gradient of one of its values with
 * respect to others. Only what lies between them gets a gradient, so weights that are not asked for cost
 * nothing, and the pass ends at the first value that depends on a parameter.
 *
 * Source: Griewank and Walther 2008, "Evaluating Derivatives", section 3.2.
 *
 * @param loss - A value of one element.
 * @param parameters - Inputs or other values that the loss depends on.
 * @returns By parameter's name, its gradient, of the parameter's type.
 * @throws SeclError `GRAPH_INVALID` if an operator on the way has no rule, the loss has more than one element,
 *   or a parameter does not enter it.
 */
export function differentiate(
  builder: GraphBuilder,
  loss: NamedValue,
  parameters: readonly NamedValue[],
): ReadonlyMap<string, NamedValue> {
  if (elementCount(loss.type.shape) !== 1) {
    throw new SeclError('GRAPH_INVALID', `A loss of type ${formatType(loss.type)} is no number`);
  }
  const { nodes } = builder.build();
  const depends = dependents(nodes, parameters);
  const gradients = new Map<string, NamedValue>();
  const contribute = (name: string, gradient: NamedValue, count: Map<string, number>): void => {
    const value = builder.value(name);
    if (!sameType(value.type, gradient.type)) {
      const types = `${formatType(gradient.type)}, not ${formatType(value.type)}`;
      throw new SeclError('GRAPH_INVALID', `The gradient of ${name} is ${types}`);
    }
    const before = gradients.get(name);
    const terms = (count.get(name) ?? 0) + 1;
    count.set(name, terms);
    const sum =
      before === undefined
        ? gradient
        : builder.node('Add', [before, gradient], { name: `d.${name}.sum${terms}` });
    gradients.set(name, sum);
  };
  const counts = new Map<string, number>();
  const ones = new Float32Array(1).fill(1);
  const shape = loss.type.shape.map(() => 1);
  contribute(loss.name, builder.constant(`d.${loss.name}`, ones, shape), counts);

  for (const node of [...nodes].reverse()) {
    const outputGradients = node.outputs.flatMap((name) =>
      name === '' ? [] : [gradients.get(name)],
    );
    const wanted = (input: number): boolean => depends.has(node.inputs[input] ?? '');
    const reached = outputGradients.some((gradient) => gradient !== undefined);
    if (!reached || !node.inputs.some((_, input) => wanted(input))) continue;
    const rule = GRADIENT_RULES.get(node.operator);
    if (rule === undefined) throw noRule(node, 'is known');
    const context = gradientContext(builder, node, outputGradients, wanted);
    rule(context).forEach((gradient, input) => {
      const name = node.inputs[input];
      if (gradient !== undefined && name !== undefined && wanted(input)) {
        contribute(name, gradient, counts);
      }
    });
  }
  return new Map(
    parameters.map(({ name }) => {
      const gradient = gradients.get(name);
      if (gradient === undefined) {
        throw new SeclError('GRAPH_INVALID', `The loss ${loss.name} does not depend on ${name}`);
      }
      return [name, gradient];
    }),
  );
}

/** Names of the values that depend on a parameter, parameters included. */
function dependents(
  nodes: readonly GraphNode[],
  parameters: readonly NamedValue[],
): ReadonlySet<string> {
  const names = new Set(parameters.map(({ name }) => name));
  for (const { inputs, outputs, operator } of nodes) {
    // Sizes do not move with the numbers.
    if (operator === 'Shape' || !inputs.some((name) => names.has(name))) continue;
    for (const output of outputs) if (output !== '') names.add(output);
  }
  return names;
}
