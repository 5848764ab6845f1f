import { SeclError } from '../errors/secl-error.ts';
import type { GraphNode, Initializer } from './graph.ts';
import { operatorDefinition } from './operators.ts';
import type { TensorType } from './tensor-type.ts';

/** What {@link nodeOutputTypes} must know of the values defined so far. */
export interface KnownValues {
  readonly typeOf: (name: string) => TensorType | undefined;
  readonly initializer: (name: string) => Initializer | undefined;
}

/**
 * Types of a node's outputs, after checking it against its operator's definition.
 *
 * @throws SeclError `GRAPH_INVALID` naming the node and what is wrong.
 */
export function nodeOutputTypes(node: GraphNode, known: KnownValues): readonly TensorType[] {
  const fail = (what: string, cause?: unknown): SeclError =>
    new SeclError('GRAPH_INVALID', `Node ${node.name}: ${what}`, {
      hint: 'This is a fault of the graph builder; please report it with the model file.',
      cause,
    });
  const definition = operatorDefinition(node.operator);
  if (definition === undefined) throw fail(`operator ${node.operator} is not known`);
  const [fewestIn, mostIn] = definition.inputs;
  if (node.inputs.length < fewestIn || node.inputs.length > mostIn) {
    throw fail(`${node.inputs.length} inputs, expected ${fewestIn} to ${mostIn}`);
  }
  const [fewestOut, mostOut] = definition.outputs;
  if (node.outputs.length < fewestOut || node.outputs.length > mostOut) {
    throw fail(`${node.outputs.length} outputs, expected ${fewestOut} to ${mostOut}`);
  }
  for (const [name, kind] of Object.entries(definition.attributes)) {
    if (kind.startsWith('!') && node.attributes[name] === undefined) {
      throw fail(`attribute ${name} is missing`);
    }
  }
  for (const [name, value] of Object.entries(node.attributes)) {
    const kind = definition.attributes[name]?.replace('!', '');
    const fits =
      kind === 'int'
        ? Number.isSafeInteger(value)
        : kind === 'float'
          ? Number.isFinite(value)
          : kind === 'string'
            ? typeof value === 'string'
            : kind === 'ints' && Array.isArray(value);
    if (!fits) throw fail(`attribute ${name} is unknown or of the wrong kind`);
  }
  const inputs = node.inputs.map((name) => {
    if (name === '') return undefined;
    const type = known.typeOf(name);
    if (type === undefined) throw fail(`input ${name} is used before it is defined`);
    return type;
  });
  try {
    return definition.infer({
      operator: node.operator,
      inputs,
      attributes: node.attributes,
      constant: (index) => {
        const content = known.initializer(node.inputs[index] ?? '')?.content;
        return content?.kind === 'constant' ? Array.from(content.values, Number) : undefined;
      },
    });
  } catch (error) {
    throw fail(error instanceof Error ? error.message : 'types do not fit', error);
  }
}
