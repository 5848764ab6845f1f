import type { AdapterRecord } from './adapter.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Key of an adapter's own record, which no other record shares. */
export function versionKey({ lineage, version }: AdapterRecord): Uint8Array {
  return encoder.encode(`${lineage}/${version}`);
}

/** Key of the adapter that acts in a lineage; a compacted topic keeps the newest. */
export function headKey(lineage: string): Uint8Array {
  return encoder.encode(`${lineage}/head`);
}

/** Whether a record has a {@link headKey}: it points to a version that has a record of its own, and is none. */
export function isHeadKey(key: Uint8Array | null): boolean {
  return key !== null && decoder.decode(key).endsWith('/head');
}
