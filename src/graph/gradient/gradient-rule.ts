import { SeclError } from '../../errors/secl-error.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { GraphNode, NamedValue } from '../graph.ts';
import type { OperatorName } from '../operators.ts';
import type { AttributeValue } from '../type-rule.ts';

/** A node seen from behind: what a rule has to make gradients of its inputs. */
export interface GradientContext {
  readonly node: GraphNode;
  /** The node's inputs; `undefined` for one that is left out. */
  readonly inputs: readonly (NamedValue | undefined)[];
  readonly outputs: readonly NamedValue[];
  /** Gradient of the loss with respect to each output; `undefined` where the loss does not depend on it. */
  readonly outputGradients: readonly (NamedValue | undefined)[];
  /** Whether a gradient of this input is wanted. */
  readonly wanted: (input: number) => boolean;
  /** Adds a node with a name of its own. */
  readonly add: (
    operator: OperatorName,
    inputs: readonly NamedValue[],
    attributes?: Readonly<Record<string, AttributeValue>>,
  ) => NamedValue;
  /** Adds a node with several outputs. */
  readonly addMany: (
    operator: OperatorName,
    inputs: readonly NamedValue[],
    outputs: number,
    attributes?: Readonly<Record<string, AttributeValue>>,
  ) => readonly NamedValue[];
  /** A vector of integers. */
  readonly integers: (values: readonly number[]) => NamedValue;
  /** One number, shape `[1]`. */
  readonly scalar: (value: number) => NamedValue;
  /** `[0, 1]`. */
  readonly units: () => NamedValue;
  /** The numbers of an input that is a constant of integers. */
  readonly constant: (input: number) => readonly number[] | undefined;
}

/**
 * Gradients of a node's inputs, each of exactly the input's type, by the chain rule; `undefined` for an
 * input that is not wanted. Backward operations are nodes of the same graph.
 */
export type GradientRule = (context: GradientContext) => readonly (NamedValue | undefined)[];

/** The context of one node of a builder's graph. */
export function gradientContext(
  builder: GraphBuilder,
  node: GraphNode,
  outputGradients: readonly (NamedValue | undefined)[],
  wanted: (input: number) => boolean,
): GradientContext {
  let count = 0;
  const nextName = (): string => `d.${node.name}.${count++}`;
  return {
    node,
    inputs: node.inputs.map((name) => (name === '' ? undefined : builder.value(name))),
    outputs: node.outputs.filter((name) => name !== '').map((name) => builder.value(name)),
    outputGradients,
    wanted,
    add: (operator, inputs, attributes = {}) =>
      builder.node(operator, inputs, { name: nextName(), attributes }),
    addMany: (operator, inputs, outputs, attributes = {}) => {
      const name = nextName();
      const names = Array.from({ length: outputs }, (_, index) => `${name}.${index}`);
      return builder.nodes(operator, inputs, { name, outputs: names, attributes });
    },
    integers: (values) =>
      builder.constant(`integers.${values.join('_')}`, BigInt64Array.from(values, BigInt), [
        values.length,
      ]),
    scalar: (value) => builder.constant(`number.${value}`, Float32Array.of(value), [1]),
    units: () => builder.constant('units', Float32Array.of(0, 1), [2]),
    constant: (input) => builder.constantNumbers(node.inputs[input] ?? ''),
  };
}

/** An input that the operator always has. */
export function inputOf({ inputs, node }: GradientContext, index: number): NamedValue {
  const value = inputs[index];
  if (value === undefined) throw noRule(node, `without input ${index}`);
  return value;
}

/** The gradient of the only output. */
export function gradientOf({ outputGradients, node }: GradientContext): NamedValue {
  const [gradient] = outputGradients;
  if (gradient === undefined) throw noRule(node, 'without a gradient');
  return gradient;
}

/** The error of a node that cannot be differentiated. */
export function noRule(node: GraphNode, why: string): SeclError {
  return new SeclError(
    'GRAPH_INVALID',
    `Node ${node.name}: no gradient of ${node.operator} ${why}`,
    {
      hint: 'This is a fault of the graph builder; please report it with the model file.',
    },
  );
}
