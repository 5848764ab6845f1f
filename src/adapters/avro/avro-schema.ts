import { SeclError } from '../../errors/secl-error.ts';

/** A record schema as its file says it: JSON, not yet looked at. */
export type SchemaJson = unknown;

/** The primitive types, which other writers' schemas may use, too; the project's records have no `float`. */
export const PRIMITIVES = [
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
] as const;

/** One of {@link PRIMITIVES}. */
export type Primitive = (typeof PRIMITIVES)[number];

/** A field of a record. */
export interface RecordField {
  readonly name: string;
  readonly type: AvroSchema;
  readonly hasDefault: boolean;
  readonly default: unknown;
}

/** A schema with full names and every reference replaced by what it refers to. Not recursive. */
export type AvroSchema =
  | { readonly kind: 'primitive'; readonly primitive: Primitive }
  | { readonly kind: 'record'; readonly name: string; readonly fields: readonly RecordField[] }
  | { readonly kind: 'enum'; readonly name: string; readonly symbols: readonly string[] }
  | { readonly kind: 'array'; readonly items: AvroSchema }
  | { readonly kind: 'map'; readonly values: AvroSchema }
  | { readonly kind: 'union'; readonly branches: readonly AvroSchema[] };

/** Schemas that others may refer to, by full name. */
export type NamedSchemas = ReadonlyMap<string, SchemaJson>;

/** Full name of a definition or reference; a name without dots takes the enclosing namespace. */
export function fullName(name: string, namespace: string | undefined): string {
  return name.includes('.') || (namespace ?? '') === '' ? name : `${namespace}.${name}`;
}

function invalid(message: string): SeclError {
  return new SeclError('SCHEMA_INVALID', message, { hint: 'Correct the .avsc file.' });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a schema: full names, references resolved. Only what the project's records use is known, and
 * `float`: no `fixed`, no recursion, no arrays of things that take no bytes; so every type but `null` and
 * empty records takes at least a byte, which is what bounds decoding.
 *
 * @param named - Schemas of other files that may be referred to.
 * @throws SeclError `SCHEMA_INVALID`.
 */
export function readSchema(json: SchemaJson, named: NamedSchemas = new Map()): AvroSchema {
  return new SchemaReader(named).read(json, undefined);
}

class SchemaReader {
  readonly #external: NamedSchemas;
  readonly #known = new Map<string, AvroSchema>();
  readonly #open = new Set<string>();

  constructor(external: NamedSchemas) {
    this.#external = external;
  }

  read(json: SchemaJson, namespace: string | undefined): AvroSchema {
    if (typeof json === 'string') return this.#readName(json, namespace);
    if (Array.isArray(json)) {
      return { kind: 'union', branches: json.map((branch) => this.read(branch, namespace)) };
    }
    if (!isObject(json)) throw invalid('A schema must be a name, an object or a list.');
    const { type } = json;
    if (type === 'record') return this.#readRecord(json, namespace);
    if (type === 'enum') return this.#readEnum(json, namespace);
    if (type === 'array')
      return { kind: 'array', items: this.#readItems(json['items'], namespace) };
    if (type === 'map') return { kind: 'map', values: this.read(json['values'], namespace) };
    return this.read(type, namespace);
  }

  #readName(name: string, namespace: string | undefined): AvroSchema {
    const primitive = PRIMITIVES.find((known) => known === name);
    if (primitive !== undefined) return { kind: 'primitive', primitive };
    const full = fullName(name, namespace);
    if (this.#open.has(full)) throw invalid(`${full} contains itself.`);
    const known = this.#known.get(full);
    if (known !== undefined) return known;
    const external = this.#external.get(full);
    if (external === undefined) throw invalid(`The type ${full} is unknown.`);
    return this.read(external, undefined);
  }

  /** Opens a definition; returns its full name and the namespace within. */
  #define(json: Record<string, unknown>, namespace: string | undefined): [string, string] {
    const own = json['namespace'];
    if (typeof json['name'] !== 'string') throw invalid('A named type lacks its name.');
    const name = fullName(json['name'], typeof own === 'string' ? own : namespace);
    if (this.#known.has(name)) throw invalid(`${name} is defined twice.`);
    if (this.#open.has(name)) throw invalid(`${name} contains itself.`);
    return [name, name.slice(0, Math.max(0, name.lastIndexOf('.')))];
  }

  #readRecord(json: Record<string, unknown>, namespace: string | undefined): AvroSchema {
    const [name, within] = this.#define(json, namespace);
    const { fields } = json;
    if (!Array.isArray(fields)) throw invalid(`${name} lacks its fields.`);
    this.#open.add(name);
    const read = fields.map((field: unknown): RecordField => {
      if (!isObject(field) || typeof field['name'] !== 'string') {
        throw invalid(`${name} has a field without a name.`);
      }
      const hasDefault = 'default' in field;
      const type = this.read(field['type'], within);
      return { name: field['name'], type, hasDefault, default: field['default'] };
    });
    this.#open.delete(name);
    const record: AvroSchema = { kind: 'record', name, fields: read };
    this.#known.set(name, record);
    return record;
  }

  #readEnum(json: Record<string, unknown>, namespace: string | undefined): AvroSchema {
    const [name] = this.#define(json, namespace);
    const symbols = json['symbols'];
    if (!Array.isArray(symbols) || !symbols.every((symbol) => typeof symbol === 'string')) {
      throw invalid(`${name} lacks its symbols.`);
    }
    const result: AvroSchema = { kind: 'enum', name, symbols };
    this.#known.set(name, result);
    return result;
  }

  #readItems(json: SchemaJson, namespace: string | undefined): AvroSchema {
    const items = this.read(json, namespace);
    if (takesNoBytes(items)) throw invalid('An array of items that take no bytes has no bound.');
    return items;
  }
}

function takesNoBytes(schema: AvroSchema): boolean {
  if (schema.kind === 'primitive') return schema.primitive === 'null';
  return schema.kind === 'record' && schema.fields.every(({ type }) => takesNoBytes(type));
}
