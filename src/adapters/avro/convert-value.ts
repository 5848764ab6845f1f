import type { AvroSchema, Primitive } from './avro-schema.ts';

/** Turns one representation of a value into another. */
export type Convert = (value: unknown) => unknown;

const same: Convert = (value) => value;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** What to do with values of some primitive types. */
type PrimitiveConverts = Readonly<Partial<Record<Primitive, Convert>>>;

/**
 * Makes a converter for the values of a schema: some primitives are mapped, objects and arrays rebuilt plain, all
 * else is passed on. A value that does not fit the schema is passed on as well.
 */
function converter(schema: AvroSchema, primitives: PrimitiveConverts): Convert {
  switch (schema.kind) {
    case 'primitive':
      return primitives[schema.primitive] ?? same;
    case 'enum':
      return same;
    case 'union': {
      // Of the unions in use, [null, T], only T has anything to convert.
      const converters = schema.branches.map((branch) => converter(branch, primitives));
      const convert = converters.find((candidate) => candidate !== same) ?? same;
      return (value) => (value === null ? null : convert(value));
    }
    case 'array': {
      const convert = converter(schema.items, primitives);
      if (convert === same) return same;
      return (value) => (Array.isArray(value) ? value.map(convert) : value);
    }
    case 'map': {
      const convert = converter(schema.values, primitives);
      return (value) => {
        if (!isObject(value)) return value;
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convert(item)]));
      };
    }
    case 'record': {
      const fields = schema.fields.map(
        ({ name, type }) => [name, converter(type, primitives)] as const,
      );
      return (value) => {
        if (!isObject(value)) return value;
        const result: Record<string, unknown> = {};
        for (const [name, convert] of fields) result[name] = convert(value[name]);
        return result;
      };
    }
  }
}

/** Over the same memory, since avsc insists on `Buffer`. */
const toBuffer: Convert = (value) =>
  value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : value;

/** A copy, so that the record it came in can be freed. */
const toBytes: Convert = (value) => (value instanceof Uint8Array ? Uint8Array.from(value) : value);

/** A number that is not finite becomes something that is no number, which avsc then refuses. */
const onlyFinite: Convert = (value) =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

/** avsc is exact up to 53 bits, sign included; beyond, odd negative numbers come back as others. */
const MAX_LONG = 2 ** 52 - 1;

const onlyExact: Convert = (value) =>
  typeof value === 'number' && !(value >= -MAX_LONG - 1 && value <= MAX_LONG)
    ? String(value)
    : value;

/** From the project's values to avsc's. */
export function toAvsc(schema: AvroSchema): Convert {
  return converter(schema, { bytes: toBuffer, double: onlyFinite, long: onlyExact });
}

/** From avsc's values to plain objects. */
export function fromAvsc(schema: AvroSchema): Convert {
  return converter(schema, { bytes: toBytes });
}
