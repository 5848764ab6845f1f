import type { AvroSchema } from './avro-schema.ts';

/**
 * Parsing Canonical Form of a schema: what matters for reading data, and nothing else (no docs, defaults
 * or logical types). A named type is written out where it first occurs and by its name after that.
 *
 * Source: Avro specification 1.11, "Transforming into Parsing Canonical Form".
 */
export function canonicalForm(schema: AvroSchema): string {
  return write(schema, { written: new Set(), withDefaults: false });
}

/** A schema as one self-contained text, as {@link canonicalForm} but with the defaults of its fields. */
export function selfContainedForm(schema: AvroSchema): string {
  return write(schema, { written: new Set(), withDefaults: true });
}

interface Writing {
  /** Named types that have been written out. */
  readonly written: Set<string>;
  readonly withDefaults: boolean;
}

function write(schema: AvroSchema, writing: Writing): string {
  const text = JSON.stringify;
  const { written, withDefaults } = writing;
  switch (schema.kind) {
    case 'primitive':
      return text(schema.primitive);
    case 'array':
      return `{"type":"array","items":${write(schema.items, writing)}}`;
    case 'map':
      return `{"type":"map","values":${write(schema.values, writing)}}`;
    case 'union':
      return `[${schema.branches.map((branch) => write(branch, writing)).join(',')}]`;
    case 'enum':
    case 'record': {
      const { name } = schema;
      if (written.has(name)) return text(name);
      written.add(name);
      if (schema.kind === 'enum') {
        return `{"name":${text(name)},"type":"enum","symbols":${text(schema.symbols)}}`;
      }
      const fields = schema.fields.map((field) => {
        const rest = withDefaults && field.hasDefault ? `,"default":${text(field.default)}` : '';
        return `{"name":${text(field.name)},"type":${write(field.type, writing)}${rest}}`;
      });
      return `{"name":${text(name)},"type":"record","fields":[${fields.join(',')}]}`;
    }
  }
}

/** Value of the empty input, and the polynomial. */
const EMPTY = 0xc15d213aa4d7a795n;

const TABLE = BigUint64Array.from({ length: 256 }, (_, byte) => {
  let entry = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) entry = (entry >> 1n) ^ (entry & 1n ? EMPTY : 0n);
  return entry;
});

/**
 * CRC-64-AVRO, the Rabin fingerprint that single-object encoding names schemas by.
 *
 * Source: Avro specification 1.11, "Schema Fingerprints".
 */
export function fingerprint64(text: string): bigint {
  let value = EMPTY;
  for (const byte of new TextEncoder().encode(text)) {
    value = (value >> 8n) ^ TABLE[Number((value ^ BigInt(byte)) & 0xffn)]!;
  }
  return value;
}
