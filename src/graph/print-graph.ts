import type { Graph, GraphNode, Initializer } from './graph.ts';
import { nodeOutputTypes } from './node-types.ts';
import { formatType } from './tensor-type.ts';
import type { TensorType } from './tensor-type.ts';
import { recipeKey } from './weight-recipe.ts';

/**
 * A graph as text, one line a value, for reading and for comparing two graphs:
 * `%hidden: float32[1,tokens,896] = Add(%a, %b)`.
 *
 * @throws SeclError `GRAPH_INVALID` if a node does not fit.
 */
export function printGraph(graph: Graph): string {
  const values = new Map<string, TensorType>();
  const initializers = new Map(graph.initializers.map((each) => [each.name, each]));
  for (const { name, type } of [...graph.initializers, ...graph.inputs]) values.set(name, type);
  const lines = [`graph ${graph.name}`];
  for (const { name, type } of graph.inputs) lines.push(`  input %${name}: ${formatType(type)}`);
  for (const each of graph.initializers) {
    lines.push(`  value %${each.name}: ${formatType(each.type)} = ${printContent(each)}`);
  }
  for (const node of graph.nodes) {
    const types = nodeOutputTypes(node, {
      typeOf: (name) => values.get(name),
      initializer: (name) => initializers.get(name),
    });
    lines.push(`  ${printNode(node, types)}`);
    node.outputs.forEach((name, index) => {
      const type = types[index];
      if (type !== undefined) values.set(name, type);
    });
  }
  for (const { name } of graph.outputs) lines.push(`  output %${name}`);
  return `${lines.join('\n')}\n`;
}

function printContent({ content }: Initializer): string {
  if (content.kind === 'weight') return recipeKey(content.recipe, content.part);
  const shown = Array.from(content.values.subarray(0, 4), String).join(', ');
  return content.values.length > 4 ? `{${shown}, …}` : `{${shown}}`;
}

function printNode(node: GraphNode, types: readonly TensorType[]): string {
  const outputs = node.outputs.flatMap((name, index) => {
    const type = types[index];
    return name === '' || type === undefined ? [] : [`%${name}: ${formatType(type)}`];
  });
  const inputs = node.inputs.map((name) => (name === '' ? '-' : `%${name}`));
  const attributes = Object.entries(node.attributes).map(
    ([name, value]) => `${name}=${String(value)}`,
  );
  const suffix = attributes.length === 0 ? '' : ` {${attributes.join(', ')}}`;
  return `${outputs.join(', ')} = ${node.operator}(${inputs.join(', ')})${suffix}`;
}
