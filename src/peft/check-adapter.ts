import type { AdapterRecord } from '../events/adapter.ts';
import type { LoraAdapter, LoraSite } from '../ports/language-model.ts';
import { adapterRefused, refusalOf, type Refusal } from './adapter-refused.ts';
import { decodeAdapter, type AdapterWeights } from './adapter-weights.ts';
import type { PeftSite } from './peft-names.ts';

/** A place of the model that takes LoRA, with its sizes. */
export interface AdapterSiteShape extends PeftSite {
  readonly inputSize: number;
  readonly outputSize: number;
}

/** What adapters may be. */
export interface AdapterLimits {
  /** SHA-256 of the base model's file, lower-case hex. */
  readonly baseSha256: string;
  /** Where the model takes LoRA. */
  readonly sites: readonly AdapterSiteShape[];
  /** Largest file in bytes. @defaultValue 256 MiB; rank 8 on q, v, o of eight layers takes 1.2 MB */
  readonly maxBytes?: number;
  /** @defaultValue 256 */
  readonly maxRank?: number;
}

/** Whether an adapter is let in. */
export type AdapterVerdict =
  | { readonly ok: true; readonly adapter: LoraAdapter }
  | { readonly ok: false; readonly refusal: Refusal };

/** Largest file in bytes where the caller names none. */
export const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;
const DEFAULT_MAX_RANK = 256;

/**
 * Largest magnitude of a weight or scaling, as the model itself asks for. Trained ones stay below 1; the bound
 * keeps every product finite.
 */
const LARGEST_WEIGHT = 1e4;

/**
 * Checks an adapter before it is put in place, cheapest first: base, size, hash, rank, format, sites and
 * shapes, numbers. An adapter that is not let in is a value; the one before goes on acting.
 *
 * @param bytes - The record's own or the store's; `undefined` if there are none.
 * @param sha256 - Of `bytes`, as computed by the caller; lower-case hex.
 */
export function checkAdapter(
  record: Pick<AdapterRecord, 'version' | 'baseSha256' | 'sha256' | 'sizeBytes' | 'lora'>,
  bytes: Uint8Array | undefined,
  sha256: string,
  limits: AdapterLimits,
): AdapterVerdict {
  try {
    if (record.baseSha256 !== limits.baseSha256)
      throw adapterRefused(
        'WRONG_BASE',
        `it was trained on the model ${record.baseSha256.slice(0, 12)}, not on ${limits.baseSha256.slice(0, 12)}`,
      );
    if (bytes === undefined)
      throw adapterRefused('MISSING', `its bytes ${record.sha256.slice(0, 12)} are not there`);
    const maxBytes = limits.maxBytes ?? DEFAULT_MAX_BYTES;
    if (bytes.length > maxBytes)
      throw adapterRefused('TOO_LARGE', `it has ${bytes.length} bytes, more than ${maxBytes}`);
    if (sha256 !== record.sha256 || bytes.length !== record.sizeBytes)
      throw adapterRefused(
        'WRONG_HASH',
        `its bytes are ${sha256.slice(0, 12)}, not ${record.sha256.slice(0, 12)}`,
      );
    const weights = decodeChecked(bytes, record.lora, limits);
    const { version } = record;
    const { rank, alpha, sites } = weights;
    return { ok: true, adapter: { version, rank, scaling: alpha / rank, sites } };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return { ok: false, refusal };
  }
}

/**
 * Reads an adapter's weights and checks that they fit the model.
 *
 * @throws SeclError `ADAPTER_REFUSED`: `TOO_LARGE` for a rank beyond the limit; `UNKNOWN_SITE`; `WRONG_SHAPE`;
 *   `NOT_FINITE`; as `decodeAdapter`.
 */
export function decodeChecked(
  bytes: Uint8Array,
  { rank, alpha }: { readonly rank: number; readonly alpha: number },
  limits: Pick<AdapterLimits, 'sites' | 'maxRank'>,
): AdapterWeights {
  const maxRank = limits.maxRank ?? DEFAULT_MAX_RANK;
  if (!Number.isInteger(rank) || rank < 1 || rank > maxRank)
    throw adapterRefused(
      'TOO_LARGE',
      `its rank is ${rank}, not a whole number from 1 to ${maxRank}`,
    );
  if (!isSensible(alpha / rank))
    throw adapterRefused('NOT_FINITE', `its scaling is ${alpha / rank}`);
  const weights = decodeAdapter(bytes, { rank, alpha });
  const shapes = new Map(limits.sites.map((site) => [`${site.layer}.${site.projection}`, site]));
  for (const site of weights.sites) {
    const shape = shapes.get(`${site.layer}.${site.projection}`);
    if (shape === undefined)
      throw adapterRefused('UNKNOWN_SITE', `the model takes no adapter at ${nameOf(site)}`);
    if (site.a.length !== rank * shape.inputSize || site.b.length !== shape.outputSize * rank)
      throw adapterRefused(
        'WRONG_SHAPE',
        `${nameOf(site)} is ${site.a.length / rank} to ${site.b.length / rank}, not ${shape.inputSize} to ${shape.outputSize}`,
      );
    if (!site.a.every(isSensible) || !site.b.every(isSensible))
      throw adapterRefused(
        'NOT_FINITE',
        `a number at ${nameOf(site)} is not finite, or beyond ${LARGEST_WEIGHT}`,
      );
  }
  return weights;
}

function nameOf({ layer, projection }: LoraSite): string {
  return `${projection} of layer ${layer}`;
}

/** False for NaN too. */
function isSensible(value: number): boolean {
  return Math.abs(value) <= LARGEST_WEIGHT;
}
