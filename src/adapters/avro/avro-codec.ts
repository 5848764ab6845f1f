import avsc, { type Resolver, type Type } from 'avsc';
import { precondition, SeclError } from '../../errors/secl-error.ts';
import type { Codec, Decoded } from '../../ports/record-codec.ts';
import { readSchema, type AvroSchema, type NamedSchemas, type SchemaJson } from './avro-schema.ts';
import { canonicalForm, fingerprint64, selfContainedForm } from './canonical-form.ts';
import { bytesCheck, type BytesCheck } from './check-bytes.ts';
import {
  CONFLUENT_HEADER_BYTES,
  confluentId,
  frameConfluent,
  isConfluent,
} from './confluent-frame.ts';
import { fromAvsc, toAvsc } from './convert-value.ts';
import { frameSingleObject, HEADER_BYTES, singleObjectFingerprint } from './single-object.ts';
import { standAlone } from './stand-alone.ts';
import type { WriterSchemas } from './writer-schemas.ts';

/** The schemas of one record type. */
export interface RecordSchemas {
  /** What is written now. */
  readonly current: SchemaJson;
  /** What was written before, and stays readable. */
  readonly history: readonly SchemaJson[];
}

/** A codec that says which schema it writes. */
export interface AvroCodec<T> extends Codec<T> {
  /** CRC-64-AVRO of the schema that is written, 16 hex digits. */
  readonly fingerprint: string;
  /** Full name of the record. */
  readonly name: string;
  /** The schema that is written as JSON text that stands alone, with its descriptions: for a registry. */
  readonly schemaText: string;
  /** Why data of another schema cannot be read, or `undefined`: it can. */
  readonly objectionTo: (schema: AvroSchema) => string | undefined;
}

/** How records and a schema registry go together. */
export interface RegistryFraming {
  readonly writers: WriterSchemas;
  /** Id of the schema that is written; absent: nothing is written. */
  readonly id?: number | undefined;
}

/** What {@link avroCodec} needs besides the schemas. */
export interface AvroCodecOptions<T> {
  /** Schemas of other files that these refer to. */
  readonly named?: NamedSchemas;
  /** Why a decoded value is none of the record's, for rules that Avro cannot say. Holds no content. */
  readonly refuse?: (value: T) => string | undefined;
  /** Write for a schema registry, and read both frames; absent: single objects alone. */
  readonly registry?: RegistryFraming | undefined;
}

/** What avsc takes; its type has no name of its own. */
type AvscSchema = Parameters<typeof Type.forSchema>[0];

/** How data of one writer's schema is read. */
interface Reader {
  readonly check: BytesCheck;
  readonly decode: (data: Buffer) => unknown;
}

/** Bytes as a frame has them, or why they cannot be read. */
type Framed =
  | { readonly ok: true; readonly reader: Reader; readonly from: number }
  | { readonly ok: false; readonly reason: string };

/** Most readers of a registry's schemas that are kept; more are made again. */
const MOST_READERS = 100;

/**
 * Makes the codec of one record type: Avro binary in single-object encoding, or in a schema registry's frame. Data of
 * every schema in `history`, and of every schema that a registry knows, is resolved to the current one.
 *
 * @throws SeclError `SCHEMA_INVALID` if a schema cannot be read, or the current one cannot read the data
 *   of an older one.
 */
export function avroCodec<T>(
  schemas: RecordSchemas,
  options: AvroCodecOptions<T> = {},
): AvroCodec<T> {
  const { registry } = options;
  const schema = readSchema(schemas.current, options.named);
  const type = avscType(schema);
  const fingerprint = fingerprint64(canonicalForm(schema));
  const toValue = toAvsc(schema);
  const fromValue = fromAvsc(schema);
  const readerOf = (writer: AvroSchema): Reader => {
    const resolver = resolverOf(type, avscType(writer));
    const decode = (data: Buffer): unknown => type.fromBuffer(data, resolver);
    return { check: bytesCheck(writer), decode };
  };
  const readers = new Map<bigint, Reader>();
  for (const json of [schemas.current, ...schemas.history]) {
    const writer = readSchema(json, options.named);
    const print = fingerprint64(canonicalForm(writer));
    if (!readers.has(print)) readers.set(print, readerOf(writer));
  }
  const name = String(type.name);
  const objection = `cannot be read as ${name}`;
  const tryReader = (writer: AvroSchema): Reader | undefined => {
    try {
      return readerOf(writer);
    } catch {
      return undefined;
    }
  };
  const registered = new Map<number, Framed>();
  const readRegistered = (writers: WriterSchemas, id: number): Framed => {
    const made = registered.get(id);
    if (made !== undefined) return made;
    const refuse = (why: string): Framed => ({
      ok: false,
      reason: `written with schema id ${id}, which ${why}`,
    });
    const writer = writers.find(id);
    // What is not known today may be tomorrow.
    if (!writer.ok) return refuse(writer.reason);
    const reader = tryReader(writer.schema);
    const framed: Framed =
      reader === undefined ? refuse(objection) : { ok: true, reader, from: CONFLUENT_HEADER_BYTES };
    if (registered.size >= MOST_READERS) registered.clear();
    registered.set(id, framed);
    return framed;
  };

  const unframe = (bytes: Uint8Array): Framed => {
    if (isConfluent(bytes)) {
      if (registry === undefined)
        return { ok: false, reason: 'written for a schema registry, and none is configured' };
      const id = confluentId(bytes);
      return id === undefined
        ? { ok: false, reason: 'the record ends inside its header' }
        : readRegistered(registry.writers, id);
    }
    const print = singleObjectFingerprint(bytes);
    if (print === undefined)
      return registry === undefined
        ? { ok: false, reason: 'not an Avro single object' }
        : { ok: false, reason: 'not an Avro single object, nor in a schema registry’s frame' };
    const reader = readers.get(print);
    return reader === undefined
      ? { ok: false, reason: 'written with an unknown schema' }
      : { ok: true, reader, from: HEADER_BYTES };
  };

  const frame = (data: Uint8Array): Uint8Array => {
    if (registry === undefined) return frameSingleObject(fingerprint, data);
    precondition(registry.id !== undefined, `the codec of ${name} was opened to read alone`);
    return frameConfluent(registry.id, data);
  };

  return {
    fingerprint: fingerprint.toString(16).padStart(16, '0'),
    name,
    schemaText: JSON.stringify(standAlone(schemas.current, options.named)),
    objectionTo: (writer) => (tryReader(writer) === undefined ? objection : undefined),
    encode(value) {
      const converted = toValue(value);
      checkFits(type, converted);
      return frame(type.toBuffer(converted));
    },
    decode(bytes): Decoded<T> {
      const framed = unframe(bytes);
      if (!framed.ok) return framed;
      const { reader, from } = framed;
      const fault = reader.check(bytes, from);
      if (fault !== undefined) return { ok: false, reason: fault };
      try {
        const { buffer, byteOffset, byteLength } = bytes.subarray(from);
        const value = fromValue(reader.decode(Buffer.from(buffer, byteOffset, byteLength))) as T;
        const refused = options.refuse?.(value);
        return refused === undefined ? { ok: true, value } : { ok: false, reason: refused };
      } catch {
        return { ok: false, reason: 'the data does not fit its schema' };
      }
    },
  };
}

function avscType(schema: AvroSchema): Type {
  try {
    return avsc.Type.forSchema(JSON.parse(selfContainedForm(schema)) as AvscSchema, {
      registry: {},
    });
  } catch (cause) {
    throw new SeclError('SCHEMA_INVALID', 'A record schema is no Avro schema.', { cause });
  }
}

/** How `reader` reads what `writer` wrote; a schema needs no resolver for its own data, but may have one. */
function resolverOf(reader: Type, writer: Type): Resolver {
  try {
    return reader.createResolver(writer);
  } catch (cause) {
    throw new SeclError(
      'SCHEMA_INVALID',
      `${String(reader.name)} cannot read what an older schema wrote.`,
      { hint: 'New fields need a default; fields may neither be removed nor change type.', cause },
    );
  }
}

/** @throws SeclError `RECORD_INVALID` naming each field that does not fit, without its content. */
function checkFits(type: Type, value: unknown): void {
  const faults: string[] = [];
  const errorHook = (path: string[], _value: unknown, expected: Type): void => {
    faults.push(`${path.join('.')} is no ${expected.name ?? expected.typeName}`);
  };
  if (type.isValid(value, { errorHook })) return;
  throw new SeclError('RECORD_INVALID', `${String(type.name)}: ${faults.join('; ')}.`);
}
