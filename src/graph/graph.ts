import type { OperatorName } from './operators.ts';
import type { TensorType } from './tensor-type.ts';
import type { AttributeValue } from './type-rule.ts';
import type { WeightRecipe } from './weight-recipe.ts';

/** A value that enters or leaves a graph. */
export interface NamedValue {
  readonly name: string;
  readonly type: TensorType;
}

/** Numbers known when the graph is built, in the array type of their element type. */
export type ConstantValues = Float32Array | Uint8Array | Int32Array | BigInt64Array;

/**
 * What an initialiser holds: numbers known now, or one part of a weight that is read, converted and
 * written when the model is built, so that no graph ever holds a model's weights in memory.
 */
export type InitializerContent =
  | { readonly kind: 'constant'; readonly values: ConstantValues }
  | { readonly kind: 'weight'; readonly recipe: WeightRecipe; readonly part: 'values' | 'scales' };

/** A value that is part of the model. */
export interface Initializer {
  readonly name: string;
  /** All dimensions are numbers. */
  readonly type: TensorType;
  readonly content: InitializerContent;
}

/** One application of an operator. */
export interface GraphNode {
  /** Unique in the graph. */
  readonly name: string;
  readonly operator: OperatorName;
  /** Names of values, `''` for an optional input left out. */
  readonly inputs: readonly string[];
  /** Names given to the outputs, `''` for an optional output left out. */
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/**
 * A computation in single assignment form: every value has one name and is defined before it is used.
 * An input whose name is also an initialiser's has that default.
 */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly NamedValue[];
  readonly outputs: readonly NamedValue[];
  readonly initializers: readonly Initializer[];
  /** In an order in which they can run. */
  readonly nodes: readonly GraphNode[];
}
