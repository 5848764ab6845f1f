import type { AdapterRecord } from '../events/adapter.ts';
import type { AdapterVersion } from './adapter-history.ts';

/** A record without its bytes, and what became of it: `manifest.json` of an export, and `--json`. */
export interface AdapterManifest extends Omit<AdapterRecord, 'weights'> {
  readonly status: AdapterVersion['status'];
  readonly active: boolean;
  /** Whether the record carries the bytes itself. */
  readonly inline: boolean;
  readonly decisions: AdapterVersion['decisions'];
}

/** Describes a version. */
export function adapterManifest({
  record: { weights, ...record },
  status,
  active,
  decisions,
}: AdapterVersion): AdapterManifest {
  return { ...record, status, active, inline: weights !== null, decisions };
}
