import type { TensorType } from './tensor-type.ts';

/** A number that is written as an integer or a float (the operator's table says which), a string, or integers. */
export type AttributeValue = number | string | readonly number[];

/** What a type rule gets to see of a node. */
export interface TypeRuleContext {
  readonly operator: string;
  /** Types of the inputs, `undefined` for one that is left out. */
  readonly inputs: readonly (TensorType | undefined)[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** The numbers of an input that is a constant of integers, e.g. the shape of a `Reshape`. */
  readonly constant: (input: number) => readonly number[] | undefined;
}

/**
 * Types of all outputs an operator can have, from those of its inputs.
 *
 * @throws SeclError `GRAPH_INVALID` if the inputs do not fit the operator or each other.
 */
export type TypeRule = (context: TypeRuleContext) => readonly TensorType[];
