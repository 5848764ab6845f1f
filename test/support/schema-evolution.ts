import type { AvroSchema } from '../../src/adapters/avro/avro-schema.ts';

/**
 * What a schema may not do to its predecessor: lose a field or a symbol, add a field without a default, or
 * change a type other than by adding branches to it. Stricter than Avro's own rules, under which a
 * reader may drop a field in silence.
 *
 * @returns A sentence for each, with the path of the field.
 */
export function evolutionFaults(older: AvroSchema, newer: AvroSchema, path = ''): string[] {
  if (newer.kind === 'union' && older.kind !== 'union') {
    const accepted = newer.branches.some((branch) => evolutionFaults(older, branch).length === 0);
    return accepted ? [] : [`${path}: no branch reads what was there`];
  }
  if (older.kind === 'record' && newer.kind === 'record') {
    const before = new Map(older.fields.map((field) => [field.name, field.type]));
    const now = new Map(newer.fields.map((field) => [field.name, field.type]));
    return [
      ...(older.name === newer.name ? [] : [`${path}: ${older.name} was renamed`]),
      ...[...before].flatMap(([name, type]) => {
        const at = `${path}/${name}`;
        const next = now.get(name);
        return next === undefined ? [`${at}: was removed`] : evolutionFaults(type, next, at);
      }),
      ...newer.fields
        .filter(({ name, hasDefault }) => !before.has(name) && !hasDefault)
        .map(({ name }) => `${path}/${name}: is new and has no default`),
    ];
  }
  if (older.kind === 'enum' && newer.kind === 'enum') {
    const lost = older.symbols.filter((symbol) => !newer.symbols.includes(symbol));
    return lost.map((symbol) => `${path}: lost the symbol ${symbol}`);
  }
  if (older.kind === 'array' && newer.kind === 'array') {
    return evolutionFaults(older.items, newer.items, `${path}[]`);
  }
  if (older.kind === 'map' && newer.kind === 'map') {
    return evolutionFaults(older.values, newer.values, `${path}{}`);
  }
  if (older.kind === 'union' && newer.kind === 'union') {
    return older.branches.flatMap((branch) => evolutionFaults(branch, newer, path));
  }
  const same =
    older.kind === 'primitive' && newer.kind === 'primitive' && older.primitive === newer.primitive;
  return same ? [] : [`${path}: changed its type`];
}
