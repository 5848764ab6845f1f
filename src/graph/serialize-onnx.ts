import protobuf from 'protobufjs/minimal.js';
import { SeclError } from '../errors/secl-error.ts';
import type { ExternalLayout } from './external-layout.ts';
import type { Graph, GraphNode, Initializer, NamedValue } from './graph.ts';
import { operatorDefinition } from './operators.ts';
import type { ElementType, TensorType } from './tensor-type.ts';
import type { AttributeValue } from './type-rule.ts';

/** Version of the ONNX file format (2024, the one of operator set 21 and 22). */
export const ONNX_IR_VERSION = 10;

/** Operator sets that {@link serializeOnnx} declares. */
export const OPERATOR_SETS = [
  { domain: '', version: 21 },
  { domain: 'com.microsoft', version: 1 },
] as const;

/** What goes into the file besides the graph. */
export interface SerializeOptions {
  /** Name of the data file as the graph's file has it: relative, in the same folder. */
  readonly dataFile: string;
  /** Where its tensors lie. */
  readonly layout: ExternalLayout;
  /** Read by people and tools, ignored by runtimes. */
  readonly metadata?: Readonly<Record<string, string>>;
}

type Writer = protobuf.Writer;

/** Codes of `TensorProto.DataType`. */
const DATA_TYPES: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
};

/** Tag of a length-delimited field. */
const bytesTag = (field: number): number => (field << 3) | 2;
/** Tag of a variable-length integer field. */
const integerTag = (field: number): number => field << 3;
/** Tag of a 32-bit field. */
const floatTag = (field: number): number => (field << 3) | 5;

/**
 * A graph as the bytes of an ONNX file (`onnx.proto`, message `ModelProto`). Equal graphs give equal
 * bytes. Large tensors are named by offset and length in the data file, whose bytes are not made here.
 */
export function serializeOnnx(graph: Graph, options: SerializeOptions): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(integerTag(1)).int64(ONNX_IR_VERSION);
  writer.uint32(bytesTag(2)).string('secl-stream');
  message(writer, 7, () => writeGraph(writer, graph, options));
  for (const { domain, version } of OPERATOR_SETS) {
    message(writer, 8, () => {
      writer.uint32(bytesTag(1)).string(domain);
      writer.uint32(integerTag(2)).int64(version);
    });
  }
  for (const [key, value] of Object.entries(options.metadata ?? {})) entry(writer, 14, key, value);
  return writer.finish();
}

function message(writer: Writer, field: number, write: () => void): void {
  writer.uint32(bytesTag(field)).fork();
  write();
  writer.ldelim();
}

function entry(writer: Writer, field: number, key: string, value: string): void {
  message(writer, field, () => {
    writer.uint32(bytesTag(1)).string(key).uint32(bytesTag(2)).string(value);
  });
}

function writeGraph(writer: Writer, graph: Graph, options: SerializeOptions): void {
  for (const node of graph.nodes) message(writer, 1, () => writeNode(writer, node));
  writer.uint32(bytesTag(2)).string(graph.name);
  for (const each of graph.initializers) {
    message(writer, 5, () => writeTensor(writer, each, options));
  }
  for (const value of graph.inputs) message(writer, 11, () => writeValue(writer, value));
  for (const value of graph.outputs) message(writer, 12, () => writeValue(writer, value));
}

function writeNode(writer: Writer, node: GraphNode): void {
  for (const name of node.inputs) writer.uint32(bytesTag(1)).string(name);
  for (const name of node.outputs) writer.uint32(bytesTag(2)).string(name);
  writer.uint32(bytesTag(3)).string(node.name);
  writer.uint32(bytesTag(4)).string(node.operator);
  const definition = operatorDefinition(node.operator);
  for (const [name, value] of Object.entries(node.attributes)) {
    const kind = definition?.attributes[name]?.replace('!', '');
    message(writer, 5, () => writeAttribute(writer, name, value, kind));
  }
  if (definition?.domain) writer.uint32(bytesTag(7)).string(definition.domain);
}

function writeAttribute(
  writer: Writer,
  name: string,
  value: AttributeValue,
  kind: string | undefined,
): void {
  writer.uint32(bytesTag(1)).string(name);
  if (kind === 'float' && typeof value === 'number') {
    writer.uint32(floatTag(2)).float(value).uint32(integerTag(20)).int32(1);
  } else if (kind === 'int' && typeof value === 'number') {
    writer.uint32(integerTag(3)).int64(value).uint32(integerTag(20)).int32(2);
  } else if (kind === 'string' && typeof value === 'string') {
    writer.uint32(bytesTag(4)).string(value).uint32(integerTag(20)).int32(3);
  } else if (kind === 'ints' && typeof value === 'object') {
    for (const each of value) writer.uint32(integerTag(8)).int64(each);
    writer.uint32(integerTag(20)).int32(7);
  } else {
    throw new SeclError('GRAPH_INVALID', `Attribute ${name} is unknown or of the wrong kind`);
  }
}

function writeTensor(writer: Writer, initializer: Initializer, options: SerializeOptions): void {
  const { name, type, content } = initializer;
  for (const size of type.shape) writer.uint32(integerTag(1)).int64(Number(size));
  writer.uint32(integerTag(2)).int32(DATA_TYPES[type.elementType]);
  writer.uint32(bytesTag(8)).string(name);
  const range = options.layout.ranges.get(name);
  if (range !== undefined) {
    entry(writer, 13, 'location', options.dataFile);
    entry(writer, 13, 'offset', String(range.offset));
    entry(writer, 13, 'length', String(range.byteLength));
    writer.uint32(integerTag(14)).int32(1);
  } else if (content.kind === 'constant') {
    const { buffer, byteOffset, byteLength } = content.values;
    // Raw data is little-endian by the format; so is every machine that Node.js and onnxruntime share.
    writer.uint32(bytesTag(9)).bytes(new Uint8Array(buffer, byteOffset, byteLength));
  } else {
    throw new SeclError('GRAPH_INVALID', `Weight ${name} has no place in the data file`);
  }
}

function writeValue(writer: Writer, value: NamedValue): void {
  writer.uint32(bytesTag(1)).string(value.name);
  message(writer, 2, () => {
    message(writer, 1, () => writeType(writer, value.type));
  });
}

function writeType(writer: Writer, type: TensorType): void {
  writer.uint32(integerTag(1)).int32(DATA_TYPES[type.elementType]);
  message(writer, 2, () => {
    for (const size of type.shape) {
      message(writer, 1, () => {
        if (typeof size === 'number') writer.uint32(integerTag(1)).int64(size);
        else writer.uint32(bytesTag(2)).string(size);
      });
    }
  });
}
