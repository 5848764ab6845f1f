import type { RegisteredSchema } from '../../ports/schema-registry.ts';
import { readSchema, type AvroSchema } from './avro-schema.ts';

/** A registry's schema, read, or what is wrong with it: a part of a sentence. */
export type ReadRegistered =
  | { readonly ok: true; readonly schema: AvroSchema }
  | { readonly ok: false; readonly reason: string };

/** Reads a schema that somebody else has registered. Never throws. */
export function readRegistered({ type, text, references }: RegisteredSchema): ReadRegistered {
  if (type !== 'AVRO') return { ok: false, reason: 'is no Avro schema' };
  if (references > 0) return { ok: false, reason: 'refers to schemas of other subjects' };
  try {
    return { ok: true, schema: readSchema(JSON.parse(text)) };
  } catch {
    return { ok: false, reason: 'cannot be read' };
  }
}
