import { fullName, type NamedSchemas, type SchemaJson } from './avro-schema.ts';

/** Keys of a schema under which other schemas stand. */
const BELOW = ['type', 'items', 'values', 'fields'];

/**
 * A schema with those of other files written into it where they first occur, descriptions and all, so that it stands
 * alone: what a registry is given. `docker/trainer` makes the same text of it, and so gets the same id.
 */
export function standAlone(schema: SchemaJson, named: NamedSchemas = new Map()): SchemaJson {
  const written = new Set<string>();
  const walk = (node: unknown): unknown => {
    if (typeof node === 'string') {
      const external = named.get(node);
      if (external === undefined || written.has(node)) return node;
      return walk(external);
    }
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    const { name, namespace } = node as { name?: unknown; namespace?: unknown };
    if (typeof name === 'string')
      written.add(fullName(name, typeof namespace === 'string' ? namespace : undefined));
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => [key, BELOW.includes(key) ? walk(value) : value]),
    );
  };
  return walk(schema);
}
