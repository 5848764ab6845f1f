import { precondition } from '../errors/secl-error.ts';
import { adapterRefused } from './adapter-refused.ts';
import { METADATA_NAME, parseSafetensorsHeader } from './safetensors-header.ts';
import type { SafetensorsEntry } from './safetensors-header.ts';

/** A tensor of a file, widened to single precision. */
export interface SafetensorsTensor {
  readonly shape: readonly number[];
  /** Row-major; as many as the shape says. */
  readonly values: Float32Array;
}

/** What a safetensors file holds. */
export interface SafetensorsFile {
  /** By name, in the order of the header. */
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  /** Text beside the tensors. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** Bytes that hold the header's length. */
const LENGTH_BYTES = 8;

/** Longest header in bytes: 16,384 tensors with names of 200 characters. The format's own limit is 100 MB. */
const MAX_HEADER_BYTES = 4 * 1024 * 1024;

/** Headers are filled up with blanks to a multiple of this, so that data is aligned for any type. */
const ALIGNMENT = 8;

/** Bytes of a number, by type. Other types are refused: weights are floating-point numbers. */
const ITEM_BYTES: ReadonlyMap<string, number> = new Map([
  ['F32', 4],
  ['F16', 2],
  ['BF16', 2],
]);

/**
 * Writes tensors as a safetensors file, in single precision. A function of its input alone, whatever the order
 * of the maps: names are sorted, and the bytes are those that the format's own library writes.
 *
 * @throws SeclError `PRECONDITION` if a shape and its values differ, or a tensor takes the reserved name.
 *
 * Source: huggingface/safetensors, `README.md`, "Format".
 */
export function encodeSafetensors({ tensors, metadata }: SafetensorsFile): Uint8Array {
  const names = [...tensors.keys()].sort();
  const members: string[] = [];
  if (metadata.size > 0) {
    const texts = [...metadata].sort(([one], [other]) => (one < other ? -1 : 1));
    members.push(`${JSON.stringify(METADATA_NAME)}:${objectText(texts)}`);
  }
  let begin = 0;
  for (const name of names) {
    const { shape, values } = tensors.get(name)!;
    precondition(name !== METADATA_NAME, `${METADATA_NAME} is not the name of a tensor`);
    precondition(elementsOf(shape) === values.length, `"${name}" has not the numbers of its shape`);
    const end = begin + 4 * values.length;
    const entry = JSON.stringify({ dtype: 'F32', shape, data_offsets: [begin, end] });
    members.push(`${JSON.stringify(name)}:${entry}`);
    begin = end;
  }
  const header = new TextEncoder().encode(`{${members.join(',')}}`);
  const headerBytes = Math.ceil(header.length / ALIGNMENT) * ALIGNMENT;
  precondition(headerBytes <= MAX_HEADER_BYTES, `a header of ${headerBytes} bytes`);
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + begin);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  bytes.set(header, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerBytes;
  for (const name of names) {
    for (const value of tensors.get(name)!.values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

/** Members whose names may be `__proto__`, which an object literal would lose. */
function objectText(members: readonly (readonly [string, string])[]): string {
  const texts = members.map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`);
  return `{${texts.join(',')}}`;
}

/**
 * Reads a safetensors file as hostile input: nothing is allocated or looped over before it was held against
 * the bytes that are there, and data that no tensor owns, or two do, is refused. Half precision (F16, BF16) is
 * widened, which is exact. Numbers that are not finite pass: whoever uses them decides.
 *
 * @throws SeclError `ADAPTER_REFUSED`, code `DAMAGED`.
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < LENGTH_BYTES) throw damaged('the file is shorter than its own length field');
  const announced = view.getBigUint64(0, true);
  if (announced > BigInt(Math.min(MAX_HEADER_BYTES, bytes.length - LENGTH_BYTES)))
    throw damaged(`a header of ${announced} bytes in a file of ${bytes.length}`);
  const dataStart = LENGTH_BYTES + Number(announced);
  const { entries, metadata } = parseSafetensorsHeader(
    headerText(bytes.subarray(LENGTH_BYTES, dataStart)),
  );
  checkCover(entries, bytes.length - dataStart);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const [name, entry] of entries)
    tensors.set(name, { shape: entry.shape, values: readValues(view, dataStart, entry) });
  return { tensors, metadata };
}

function headerText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw damaged('the header is not UTF-8');
  }
}

/** Checks that the tensors cover the data exactly, in any order. */
function checkCover(entries: ReadonlyMap<string, SafetensorsEntry>, dataBytes: number): void {
  // Tensors without numbers sort before those that begin where they are.
  const inOrder = [...entries].sort(
    ([, one], [, other]) => one.begin - other.begin || one.end - other.end,
  );
  let covered = 0;
  for (const [name, { dtype, shape, begin, end }] of inOrder) {
    const itemBytes = ITEM_BYTES.get(dtype);
    if (itemBytes === undefined) throw damaged(`tensor "${name}" is of type ${dtype}`);
    if (begin < covered) throw damaged(`tensor "${name}" overlaps another`);
    if (begin > covered) throw damaged(`no tensor owns the bytes before "${name}"`);
    if (end < begin || end > dataBytes) throw damaged(`tensor "${name}" ends outside the file`);
    if (elementsOf(shape) * itemBytes !== end - begin)
      throw damaged(`tensor "${name}" has not the bytes of its shape`);
    covered = end;
  }
  if (covered !== dataBytes) throw damaged(`no tensor owns the last ${dataBytes - covered} bytes`);
}

/** Product of a shape; beyond 2^53 it is not exact, but then far larger than any file. */
function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function readValues(
  view: DataView,
  dataStart: number,
  { dtype, begin, end }: SafetensorsEntry,
): Float32Array {
  const from = dataStart + begin;
  if (dtype === 'F32') {
    const values = new Float32Array((end - begin) / 4);
    for (let index = 0; index < values.length; index++)
      values[index] = view.getFloat32(from + 4 * index, true);
    return values;
  }
  const half = dtype === 'F16';
  const bits = new Uint32Array((end - begin) / 2);
  for (let index = 0; index < bits.length; index++) {
    const item = view.getUint16(from + 2 * index, true);
    bits[index] = half ? widenHalf(item) : widenBfloat(item);
  }
  const values = new Float32Array(bits.buffer);
  // What the two exponents' biases are apart; exact for what came of a half, subnormal ones included.
  return half ? values.map((value) => value * 2 ** 112) : values;
}

/** Bits of the single-precision number: bfloat16 is its upper half. */
function widenBfloat(bits: number): number {
  return (bits << 16) >>> 0;
}

/** Bits of the single-precision number that is 2^-112 times the half; infinities and NaN stay what they are. */
function widenHalf(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const rest = (bits & 0x7fff) << 13;
  return (sign | rest | ((bits & 0x7c00) === 0x7c00 ? 0x7f800000 : 0)) >>> 0;
}

function damaged(reason: string): Error {
  return adapterRefused('DAMAGED', reason);
}
