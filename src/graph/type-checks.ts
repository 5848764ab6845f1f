import { SeclError } from '../errors/secl-error.ts';
import { formatType } from './tensor-type.ts';
import type { Dimension, TensorType } from './tensor-type.ts';
import type { TypeRuleContext } from './type-rule.ts';

/** The error of a node whose inputs do not fit. */
export function misfit(context: TypeRuleContext, what: string): SeclError {
  const types = context.inputs.map((type) => (type === undefined ? '-' : formatType(type)));
  return new SeclError('GRAPH_INVALID', `${context.operator}(${types.join(', ')}): ${what}`);
}

/** The type of an input that must be there. */
export function input(context: TypeRuleContext, index: number): TensorType {
  const type = context.inputs[index];
  if (type === undefined) throw misfit(context, `input ${index} is missing`);
  return type;
}

/** An attribute that must be a number. */
export function integer(context: TypeRuleContext, attribute: string): number {
  const value = context.attributes[attribute];
  if (typeof value !== 'number') throw misfit(context, `attribute ${attribute} is missing`);
  return value;
}

/** An axis counted from the front; negative ones count from the back. */
export function axisOf(context: TypeRuleContext, axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (positive < 0 || positive >= rank) throw misfit(context, `axis ${axis} of rank ${rank}`);
  return positive;
}

/** The shape that two broadcast to. */
export function broadcastShapes(
  context: TypeRuleContext,
  first: readonly Dimension[],
  second: readonly Dimension[],
): Dimension[] {
  const rank = Math.max(first.length, second.length);
  return Array.from({ length: rank }, (_, axis) => {
    const a = first[axis - rank + first.length] ?? 1;
    const b = second[axis - rank + second.length] ?? 1;
    if (a !== b && a !== 1 && b !== 1) throw misfit(context, `${a} meets ${b}`);
    return a === 1 ? b : a;
  });
}

/** Number of elements as text, names in order: equal for shapes of the same size. */
export function sizeOf(shape: readonly Dimension[]): string {
  let count = 1;
  const names: string[] = [];
  for (const dimension of shape) {
    if (typeof dimension === 'number') count *= dimension;
    else names.push(dimension);
  }
  return [count, ...names.sort()].join('·');
}
