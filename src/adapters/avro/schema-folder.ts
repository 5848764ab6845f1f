import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SeclError } from '../../errors/secl-error.ts';
import type { RecordSchemas } from './avro-codec.ts';
import { fullName, type NamedSchemas, type SchemaJson } from './avro-schema.ts';

/** The record schemas of a folder. */
export interface SchemaFolder {
  /** Schemas of the record type whose file has this name, without `.avsc`. @throws SeclError `SCHEMA_INVALID`. */
  readonly schemasOf: (name: string) => RecordSchemas;
  /** Every current schema by full name, for references between files. */
  readonly named: NamedSchemas;
}

const HISTORY_FILE = /^(.+)\.v(\d+)\.avsc$/;

/**
 * The folder of schemas that ships with the package: the nearest `schemas` above this file, so that it is
 * found from the sources, from `build` and from an installed package alike.
 */
function shippedFolder(): string {
  let at = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const folder = join(at, 'schemas');
    if (existsSync(join(folder, 'question.avsc'))) return folder;
    const above = dirname(at);
    if (above === at) throw new SeclError('SCHEMA_INVALID', 'The record schemas are missing.');
    at = above;
  }
}

function readJson(path: string): SchemaJson {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new SeclError('SCHEMA_INVALID', `The schema ${path} cannot be read.`, { cause });
  }
}

/** Names in a folder; none if there is no such folder. */
function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function nameOf(schema: SchemaJson): string | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  const { name, namespace } = schema as { name?: unknown; namespace?: unknown };
  if (typeof name !== 'string') return undefined;
  return fullName(name, typeof namespace === 'string' ? namespace : undefined);
}

/**
 * Reads every `.avsc` of a folder.
 *
 * @param folder - Absent: the one that ships with the package.
 * @throws SeclError `SCHEMA_INVALID` if a file is no JSON.
 */
export function readSchemaFolder(folder: string = shippedFolder()): SchemaFolder {
  const current = new Map<string, SchemaJson>();
  for (const file of namesIn(folder)) {
    if (file.endsWith('.avsc')) current.set(file.slice(0, -5), readJson(join(folder, file)));
  }
  const history = new Map<string, SchemaJson[]>();
  for (const file of namesIn(join(folder, 'history'))) {
    const name = HISTORY_FILE.exec(file)?.[1];
    if (name === undefined) continue;
    const versions = history.get(name) ?? [];
    versions.push(readJson(join(folder, 'history', file)));
    history.set(name, versions);
  }
  const named = new Map<string, SchemaJson>();
  for (const schema of current.values()) {
    const name = nameOf(schema);
    if (name !== undefined) named.set(name, schema);
  }
  return {
    named,
    schemasOf(name) {
      const schema = current.get(name);
      if (schema === undefined) {
        throw new SeclError('SCHEMA_INVALID', `The schema ${name}.avsc is missing in ${folder}.`);
      }
      return { current: schema, history: history.get(name) ?? [] };
    },
  };
}
