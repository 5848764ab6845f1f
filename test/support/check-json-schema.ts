/** A JSON Schema as far as {@link checkJsonSchema} knows it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
}

/** Keywords that check something, or only describe. Any other is an error: nothing goes unchecked. */
const KNOWN = new Set([
  ...['$schema', '$ref', '$defs', 'title', 'description', 'type', 'enum', 'minimum', 'maximum'],
  ...['required', 'properties', 'additionalProperties', 'items'],
]);

/** The JSON type of a value, integers apart. */
function typesOf(value: unknown): string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (Number.isInteger(value)) return ['integer', 'number'];
  return [typeof value];
}

/**
 * Checks a JSON value against the part of JSON Schema 2020-12 that the project's schemas use.
 *
 * @returns Every fault with its path; empty where the value fits.
 * @throws Error for a keyword or reference it does not know.
 */
export function checkJsonSchema(
  value: unknown,
  schema: JsonSchema,
  root: JsonSchema = schema,
  path = '$',
): string[] {
  const unknown = Object.keys(schema).filter((keyword) => !KNOWN.has(keyword));
  if (unknown.length > 0) throw new Error(`${path}: unknown keywords ${unknown.join(', ')}`);
  const faults: string[] = [];
  if (schema.$ref !== undefined) {
    const target = root.$defs?.[schema.$ref.replace('#/$defs/', '')];
    if (target === undefined) throw new Error(`${path}: unknown reference ${schema.$ref}`);
    faults.push(...checkJsonSchema(value, target, root, path));
  }
  if (schema.type !== undefined && !typesOf(value).some((t) => [schema.type].flat().includes(t))) {
    return [...faults, `${path} is ${typesOf(value).join('/')}, not ${String(schema.type)}`];
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) faults.push(`${path} not in enum`);
  if (typeof value === 'number') {
    if (value < (schema.minimum ?? -Infinity)) faults.push(`${path} = ${value} is too small`);
    if (value > (schema.maximum ?? Infinity)) faults.push(`${path} = ${value} is too large`);
  }
  if (typeof value !== 'object' || value === null) return faults;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined)
      value.forEach((item, i) =>
        faults.push(...checkJsonSchema(item, items, root, `${path}[${i}]`)),
      );
    return faults;
  }
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) faults.push(`${path}.${key} is missing`);
  }
  for (const [key, member] of Object.entries(value)) {
    const own = schema.properties?.[key] ?? schema.additionalProperties ?? true;
    if (own === false) faults.push(`${path}.${key} is not allowed`);
    else if (own !== true) faults.push(...checkJsonSchema(member, own, root, `${path}.${key}`));
  }
  return faults;
}
