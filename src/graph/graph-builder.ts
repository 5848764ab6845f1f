import { SeclError } from '../errors/secl-error.ts';
import type { ConstantValues, Graph, GraphNode, Initializer, NamedValue } from './graph.ts';
import { nodeOutputTypes } from './node-types.ts';
import type { OperatorName } from './operators.ts';
import { tensorType } from './tensor-type.ts';
import type { ElementType, TensorType } from './tensor-type.ts';
import type { AttributeValue } from './type-rule.ts';
import type { WeightRecipe } from './weight-recipe.ts';
import { BLOCK_SIZE, bytesPerRow, recipeColumns, recipeRows } from './weight-recipe.ts';

/** What a node is, besides its operator and inputs. */
export interface NodeOptions {
  /** Unique name, also of the only output. */
  readonly name: string;
  /** Names of the outputs, `''` for one that is not wanted. @defaultValue `[name]` */
  readonly outputs?: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

/**
 * Writes a {@link Graph} from first node to last. Every value it hands out carries its type, which is
 * inferred as the node is added, so a wrong shape fails at the line that made it.
 */
export class GraphBuilder {
  readonly #name: string;
  readonly #inputs: NamedValue[] = [];
  readonly #outputs: NamedValue[] = [];
  readonly #initializers = new Map<string, Initializer>();
  readonly #nodes: GraphNode[] = [];
  readonly #values = new Map<string, TensorType>();

  constructor(name: string) {
    this.#name = name;
  }

  /** Adds an input. */
  input(name: string, type: TensorType): NamedValue {
    const value = this.#define(name, type);
    this.#inputs.push(value);
    return value;
  }

  /** Gives an input a default of its own concrete shape (where the input's has names). */
  defaultOf(input: NamedValue, values: ConstantValues, shape: readonly number[]): void {
    this.#initializers.set(input.name, {
      name: input.name,
      type: tensorType(input.type.elementType, shape),
      content: { kind: 'constant', values },
    });
  }

  /** Adds a constant, or returns the one that has this name. */
  constant(name: string, values: ConstantValues, shape: readonly number[]): NamedValue {
    const known = this.#initializers.get(name);
    if (known !== undefined) return known;
    return this.#initializer({
      name,
      type: tensorType(elementTypeOf(values), shape),
      content: { kind: 'constant', values },
    });
  }

  /** Adds a part of a weight under a shape of the right size, or returns the one that has this name. */
  weight(
    name: string,
    recipe: WeightRecipe,
    part: 'values' | 'scales',
    shape: readonly number[],
  ): NamedValue {
    const known = this.#initializers.get(name);
    if (known !== undefined) return known;
    const quantised = recipe.encoding !== 'float32' && part === 'values';
    const type = tensorType(quantised ? 'uint8' : 'float32', shape);
    const bytes = recipeRows(recipe) * bytesPerRow(recipe, part);
    const expected = shape.reduce((a, b) => a * b, 1) * (quantised ? 1 : 4);
    const aligned = recipe.encoding === 'float32' || recipeColumns(recipe) % BLOCK_SIZE === 0;
    if (bytes !== expected || !aligned) {
      throw new SeclError(
        'GRAPH_INVALID',
        `Weight ${name} does not fit its shape [${shape.join()}]`,
        {
          hint: `int8 and int4 need widths divisible by ${BLOCK_SIZE}; build such a model with fp32.`,
        },
      );
    }
    return this.#initializer({ name, type, content: { kind: 'weight', recipe, part } });
  }

  /** Adds a node and returns all its outputs that have names. */
  nodes(
    operator: OperatorName,
    inputs: readonly (NamedValue | undefined)[],
    options: NodeOptions,
  ): NamedValue[] {
    const node: GraphNode = {
      name: options.name,
      operator,
      inputs: inputs.map((value) => value?.name ?? ''),
      outputs: options.outputs ?? [options.name],
      attributes: options.attributes ?? {},
    };
    const types = nodeOutputTypes(node, {
      typeOf: (name) => this.#values.get(name),
      initializer: (name) => this.#initializers.get(name),
    });
    this.#nodes.push(node);
    return node.outputs.flatMap((name, index) => {
      const type = types[index];
      return name === '' || type === undefined ? [] : [this.#define(name, type)];
    });
  }

  /** Adds a node with one output. */
  node(
    operator: OperatorName,
    inputs: readonly (NamedValue | undefined)[],
    options: NodeOptions,
  ): NamedValue {
    const [value] = this.nodes(operator, inputs, options);
    if (value === undefined)
      throw new SeclError('GRAPH_INVALID', `Node ${options.name}: no output`);
    return value;
  }

  /**
   * A value by its name.
   *
   * @throws SeclError `GRAPH_INVALID` if there is none.
   */
  value(name: string): NamedValue {
    const type = this.#values.get(name);
    if (type === undefined) throw new SeclError('GRAPH_INVALID', `There is no value ${name}`);
    return { name, type };
  }

  /** The numbers of a constant, `undefined` for anything else. */
  constantNumbers(name: string): readonly number[] | undefined {
    const content = this.#initializers.get(name)?.content;
    return content?.kind === 'constant' ? Array.from(content.values, Number) : undefined;
  }

  /** Marks a value as an output of the graph. */
  output(value: NamedValue): void {
    this.#outputs.push(value);
  }

  /** The graph so far. */
  build(): Graph {
    return {
      name: this.#name,
      inputs: [...this.#inputs],
      outputs: [...this.#outputs],
      initializers: [...this.#initializers.values()],
      nodes: [...this.#nodes],
    };
  }

  #initializer(initializer: Initializer): NamedValue {
    this.#initializers.set(initializer.name, initializer);
    return this.#define(initializer.name, initializer.type);
  }

  #define(name: string, type: TensorType): NamedValue {
    if (this.#values.has(name)) {
      throw new SeclError('GRAPH_INVALID', `Two values are called ${name}`);
    }
    this.#values.set(name, type);
    return { name, type };
  }
}

function elementTypeOf(values: ConstantValues): ElementType {
  if (values instanceof Float32Array) return 'float32';
  if (values instanceof Int32Array) return 'int32';
  return values instanceof BigInt64Array ? 'int64' : 'uint8';
}
