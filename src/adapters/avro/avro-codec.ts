import avsc, { type Resolver, type Type } from 'avsc';
import { SeclError } from '../../errors/secl-error.ts';
import type { Codec, Decoded } from '../../ports/record-codec.ts';
import { readSchema, type AvroSchema, type NamedSchemas, type SchemaJson } from './avro-schema.ts';
import { canonicalForm, fingerprint64, selfContainedForm } from './canonical-form.ts';
import { bytesCheck, type BytesCheck } from './check-bytes.ts';
import { fromAvsc, toAvsc } from './convert-value.ts';
import { frameSingleObject, HEADER_BYTES, singleObjectFingerprint } from './single-object.ts';

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
}

/** What {@link avroCodec} needs besides the schemas. */
export interface AvroCodecOptions<T> {
  /** Schemas of other files that these refer to. */
  readonly named?: NamedSchemas;
  /** Why a decoded value is none of the record's, for rules that Avro cannot say. Holds no content. */
  readonly refuse?: (value: T) => string | undefined;
}

/** What avsc takes; its type has no name of its own. */
type AvscSchema = Parameters<typeof Type.forSchema>[0];

/** How data of one writer's schema is read. */
interface Reader {
  readonly check: BytesCheck;
  readonly decode: (data: Buffer) => unknown;
}

/**
 * Makes the codec of one record type: Avro binary in single-object encoding. Data of every schema in
 * `history` is resolved to the current one.
 *
 * @throws SeclError `SCHEMA_INVALID` if a schema cannot be read, or the current one cannot read the data
 *   of an older one.
 */
export function avroCodec<T>(
  schemas: RecordSchemas,
  options: AvroCodecOptions<T> = {},
): AvroCodec<T> {
  const schema = readSchema(schemas.current, options.named);
  const type = avscType(schema);
  const fingerprint = fingerprint64(canonicalForm(schema));
  const toValue = toAvsc(schema);
  const fromValue = fromAvsc(schema);
  const readers = new Map<bigint, Reader>();
  for (const json of [schemas.current, ...schemas.history]) {
    const writer = readSchema(json, options.named);
    const print = fingerprint64(canonicalForm(writer));
    if (!readers.has(print)) {
      const resolver = resolverOf(type, avscType(writer));
      const decode = (data: Buffer): unknown => type.fromBuffer(data, resolver);
      readers.set(print, { check: bytesCheck(writer), decode });
    }
  }

  return {
    fingerprint: fingerprint.toString(16).padStart(16, '0'),
    encode(value) {
      const converted = toValue(value);
      checkFits(type, converted);
      return frameSingleObject(fingerprint, type.toBuffer(converted));
    },
    decode(bytes): Decoded<T> {
      const print = singleObjectFingerprint(bytes);
      if (print === undefined) return { ok: false, reason: 'not an Avro single object' };
      const reader = readers.get(print);
      if (reader === undefined) return { ok: false, reason: 'written with an unknown schema' };
      const fault = reader.check(bytes, HEADER_BYTES);
      if (fault !== undefined) return { ok: false, reason: fault };
      try {
        const { buffer, byteOffset, byteLength } = bytes.subarray(HEADER_BYTES);
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
