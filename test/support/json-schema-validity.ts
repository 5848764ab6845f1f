import type { JsonSchema } from '../../src/topology/topology-json-schema.ts';

/** Keywords that say nothing about validity. */
const NOTES = ['$schema', 'title', 'description', 'default'];

const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
};

function isType(value: unknown, type: string): boolean {
  const own = typeOf(value);
  return own === type || (own === 'integer' && type === 'number');
}

type Rule = (value: unknown, argument: unknown, schema: JsonSchema) => boolean;

/** Does not apply to values of other types, as the specification says. */
const ifNumber =
  (rule: (value: number, argument: number) => boolean): Rule =>
  (value, argument) =>
    typeof value !== 'number' || rule(value, argument as number);

const RULES: Readonly<Record<string, Rule>> = {
  type: (value, types) => [types].flat().some((type) => isType(value, String(type))),
  const: (value, expected) => value === expected,
  enum: (value, values) => (values as unknown[]).includes(value),
  minimum: ifNumber((value, least) => value >= least),
  maximum: ifNumber((value, most) => value <= most),
  pattern: (value, source) =>
    typeof value !== 'string' || new RegExp(String(source), 'u').test(value),
  minItems: (value, least) => !Array.isArray(value) || value.length >= Number(least),
  uniqueItems: (value) => !Array.isArray(value) || new Set(value).size === value.length,
  items: (value, items) =>
    !Array.isArray(value) || value.every((item) => isValid(item, items as JsonSchema)),
  required: (value, keys) =>
    typeOf(value) !== 'object' ||
    (keys as string[]).every((key) => Object.hasOwn(value as object, key)),
  additionalProperties: (value, allowed, schema) =>
    allowed !== false ||
    typeOf(value) !== 'object' ||
    Object.keys(value as object).every((key) => Object.hasOwn(schema['properties'] as object, key)),
  properties: (value, properties) =>
    typeOf(value) !== 'object' ||
    Object.entries(properties as Record<string, JsonSchema>).every(
      ([key, below]) =>
        !Object.hasOwn(value as object, key) ||
        isValid((value as Record<string, unknown>)[key], below),
    ),
};

/**
 * Whether a value is valid under a JSON Schema: draft 2020-12, of which only the keywords in use are known.
 *
 * @throws Error for a keyword that is not.
 */
export function isValid(value: unknown, schema: JsonSchema): boolean {
  return Object.entries(schema).every(([keyword, argument]) => {
    if (NOTES.includes(keyword)) return true;
    const rule = RULES[keyword];
    if (rule === undefined) throw new Error(`The keyword ${keyword} is not known here.`);
    return rule(value, argument, schema);
  });
}
