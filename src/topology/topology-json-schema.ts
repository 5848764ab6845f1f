import type { Field, Shape } from './shape.ts';
import { TOPOLOGY_SHAPE } from './topology-shape.ts';

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * JSON Schema (draft 2020-12) of topology files, for editors; `schemas/topology.schema.json` is its text.
 * What it accepts is what the parser accepts, but for the rules between several keys.
 */
export function topologyJsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'SECL-Stream topology',
    ...schemaOf(TOPOLOGY_SHAPE),
  };
}

function schemaOf({ shape, description, nullable, fallback }: Field): JsonSchema {
  const schema = schemaOfShape(shape);
  return {
    description,
    ...schema,
    ...(nullable ? { type: [schema['type'], 'null'] } : {}),
    ...((fallback ?? null) !== null || nullable ? { default: fallback } : {}),
  };
}

function schemaOfShape(shape: Shape): JsonSchema {
  switch (shape.kind) {
    case 'constant':
      return { type: 'integer', const: shape.value };
    case 'flag':
      return { type: 'boolean' };
    case 'integer':
    case 'number':
      return { type: shape.kind, minimum: shape.minimum, maximum: shape.maximum };
    case 'text':
      return { type: 'string', pattern: shape.pattern };
    case 'choice':
      return { type: 'string', enum: shape.values };
    case 'list': {
      const items = { type: 'string', enum: shape.values };
      return { type: 'array', items, minItems: 1, uniqueItems: true };
    }
    case 'object': {
      const entries = Object.entries(shape.fields);
      const needed = entries.filter(([, { required }]) => required).map(([key]) => key);
      return {
        type: 'object',
        additionalProperties: false,
        ...(needed.length > 0 ? { required: needed } : {}),
        properties: Object.fromEntries(entries.map(([key, field]) => [key, schemaOf(field)])),
      };
    }
  }
}
