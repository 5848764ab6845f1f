import { SeclError } from '../errors/secl-error.ts';
import type { Graph, Initializer } from './graph.ts';
import { nodeOutputTypes } from './node-types.ts';
import { ELEMENT_BYTES, elementCount, formatType, sameType } from './tensor-type.ts';
import type { TensorType } from './tensor-type.ts';
import { bytesPerRow, recipeRows } from './weight-recipe.ts';

/**
 * Checks a graph whole: names are unique, every value is defined before it is used, every node fits its
 * operator and its inputs, initialisers have as many numbers as their shapes say, outputs exist with the
 * types they claim, and nothing is defined in vain.
 *
 * @throws SeclError `GRAPH_INVALID` with the first fault.
 */
export function verifyGraph(graph: Graph): void {
  const fail = (what: string): SeclError =>
    new SeclError('GRAPH_INVALID', `Graph ${graph.name}: ${what}`);
  const values = new Map<string, TensorType>();
  const initializers = new Map<string, Initializer>();
  const used = new Set<string>();
  const define = (name: string, type: TensorType): void => {
    if (name === '') throw fail('a value has no name');
    if (values.has(name)) throw fail(`two values are called ${name}`);
    values.set(name, type);
  };

  for (const input of graph.inputs) define(input.name, input.type);
  const inputNames = new Set(values.keys());
  for (const initializer of graph.initializers) {
    if (initializers.has(initializer.name)) throw fail(`two initialisers ${initializer.name}`);
    initializers.set(initializer.name, initializer);
    checkContent(initializer, fail);
    if (inputNames.has(initializer.name)) {
      const input = values.get(initializer.name) as TensorType;
      if (!isDefaultOf(initializer.type, input)) {
        throw fail(
          `default ${formatType(initializer.type)} of ${initializer.name} is not ${formatType(input)}`,
        );
      }
    } else {
      define(initializer.name, initializer.type);
    }
  }

  const nodeNames = new Set<string>();
  for (const node of graph.nodes) {
    if (nodeNames.has(node.name)) throw fail(`two nodes are called ${node.name}`);
    nodeNames.add(node.name);
    const types = nodeOutputTypes(node, {
      typeOf: (name) => values.get(name),
      initializer: (name) => initializers.get(name),
    });
    for (const name of node.inputs) used.add(name);
    node.outputs.forEach((name, index) => {
      const type = types[index];
      if (name !== '' && type !== undefined) define(name, type);
    });
  }

  for (const output of graph.outputs) {
    const type = values.get(output.name);
    if (type === undefined) throw fail(`output ${output.name} is not defined`);
    if (!sameType(type, output.type)) {
      throw fail(`output ${output.name} is ${formatType(type)}, not ${formatType(output.type)}`);
    }
    used.add(output.name);
  }
  for (const name of [...inputNames, ...initializers.keys()]) {
    if (!used.has(name)) throw fail(`${name} is never used`);
  }
}

function checkContent(initializer: Initializer, fail: (what: string) => SeclError): void {
  const count = elementCount(initializer.type.shape);
  if (count === undefined) throw fail(`initialiser ${initializer.name} has a named dimension`);
  const bytes = count * ELEMENT_BYTES[initializer.type.elementType];
  const { content } = initializer;
  const actual =
    content.kind === 'constant'
      ? content.values.byteLength
      : recipeRows(content.recipe) * bytesPerRow(content.recipe, content.part);
  if (actual !== bytes)
    throw fail(`initialiser ${initializer.name}: ${actual} bytes, not ${bytes}`);
}

function isDefaultOf(type: TensorType, input: TensorType): boolean {
  return (
    type.elementType === input.elementType &&
    type.shape.length === input.shape.length &&
    input.shape.every((size, axis) => typeof size === 'string' || size === type.shape[axis])
  );
}
