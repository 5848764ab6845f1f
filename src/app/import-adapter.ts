import { createHash } from 'node:crypto';
import { constants, open } from 'node:fs/promises';
import path from 'node:path';
import { SeclError } from '../errors/secl-error.ts';
import type { AdapterScope } from '../events/adapter-scope.ts';
import {
  actingAfter,
  concernsLineage,
  isLineageName,
  type AdapterDecision,
} from '../events/adapter-decision.ts';
import type { AdapterRecord } from '../events/adapter.ts';
import { readAdapterConfig } from '../peft/adapter-config.ts';
import { adapterRefused } from '../peft/adapter-refused.ts';
import { decodeAdapter, type AdapterWeights } from '../peft/adapter-weights.ts';
import { decodeChecked, DEFAULT_MAX_BYTES, type AdapterLimits } from '../peft/check-adapter.ts';
import { peftModuleName } from '../peft/peft-names.ts';
import { INLINE_BYTES, withAdapterLog, type AdapterLog } from './adapter-log.ts';
import { adapterManifest, type AdapterManifest } from './adapter-manifest.ts';
import type { DecideByHandOptions } from './decide-by-hand.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

/** Name of PEFT's weights in a folder. */
export const ADAPTER_WEIGHTS_FILE = 'adapter_model.safetensors';

/** Name of PEFT's configuration in a folder. */
export const ADAPTER_CONFIG_FILE = 'adapter_config.json';

/** Largest configuration that is read, in bytes. */
const MAX_CONFIG_BYTES = 1024 * 1024;

/** The base model that an adapter is held against. */
export type ImportBase = Pick<AdapterLimits, 'baseSha256' | 'sites'> & {
  /** Line of the adapters that are trained on it under the name it was given here. */
  readonly lineage: string;
  /** Decoder layers. */
  readonly layers: number;
};

/** How an adapter is imported. */
export interface ImportAdapterOptions extends DecideByHandOptions {
  /** Asked for once the folder has been read: a model may have to be fetched for it. */
  readonly base: () => Promise<ImportBase>;
  /** Where it is to act; absent: where the lineage's newest acts, `conversation` without any. */
  readonly scope?: AdapterScope | undefined;
}

/**
 * Brings in a folder that PEFT wrote, as the next version of a lineage. It does not act before it is put in
 * place by a decision.
 *
 * @throws SeclError `USAGE` for a name that no lineage may have; `ADAPTER_REFUSED` with the code of `src/peft`;
 *   `FILE_UNREADABLE`; as `withAdapterLog`.
 */
export async function importAdapter(
  folder: string,
  options: ImportAdapterOptions,
): Promise<AdapterManifest> {
  if (options.lineage !== undefined && !isLineageName(options.lineage))
    throw new SeclError('USAGE', `no lineage can be called "${options.lineage.slice(0, 50)}"`, {
      hint: 'Take a name of at most 200 characters, without a slash, other than "any".',
    });
  // Checked before a run is begun for it.
  const { bytes, weights, base } = await readPeftFolder(folder, options.base);
  return withAdapterLog({ ...options, create: true }, async (log) => {
    const { baseSha256, layers } = base;
    // The run may know the same file under another name.
    const sameBase = log.records.find((record) => record.baseSha256 === baseSha256);
    // A lineage that is named may be a new one: another base model starts its own.
    const lineage = options.lineage ?? sameBase?.lineage ?? base.lineage;
    const newest = log.records
      .filter((record) => record.lineage === lineage)
      .reduce<AdapterRecord | undefined>(
        (best, record) => (record.version > (best?.version ?? 0) ? record : best),
        undefined,
      );
    if (newest !== undefined && newest.baseSha256 !== baseSha256)
      throw adapterRefused(
        'WRONG_BASE',
        `the lineage ${lineage} is of the model ${newest.baseSha256.slice(0, 12)}, not of ${baseSha256.slice(0, 12)}`,
      );
    const { rank, alpha, sites } = weights;
    const record: AdapterRecord = {
      lineage,
      // A batch whose adapter has not come yet has its number already.
      version: Math.max(newest?.version ?? 0, await log.newestOrdinal(lineage)) + 1,
      parentVersion: 0,
      baseSha256,
      scope: options.scope ?? newest?.scope ?? 'conversation',
      batchId: null,
      lora: {
        rank,
        alpha,
        projections: [...new Set(sites.map(({ projection }) => projection))],
        lastLayers: layers - Math.min(...sites.map(({ layer }) => layer)),
      },
      loss: null,
      heldOutError: null,
      meanConfidence: null,
      trainedOn: [],
      forwardTokens: 0,
      trainer: 'import',
      durationMs: 0,
      ...(await keepBytes(log, bytes)),
      optimizerSha256: null,
    };
    const { version } = record;
    const decision: AdapterDecision = {
      lineage,
      version,
      decision: 'imported',
      code: 'none',
      reason: 'it does not act before it is put in place',
      activeVersion: log.decisions
        .filter((one) => concernsLineage(one, lineage))
        .reduce(actingAfter, 0),
      decidedAtMs: SYSTEM_CLOCK.nowMs(),
    };
    // Before the record: without one, no number is taken twice.
    await log.addDecision(decision);
    await log.addRecord(record);
    return adapterManifest({ record, status: 'undecided', active: false, decisions: [decision] });
  });
}

/** Reads a folder of PEFT's, then checks it against its base. */
async function readPeftFolder(
  folder: string,
  baseOf: ImportAdapterOptions['base'],
): Promise<{
  readonly bytes: Uint8Array;
  readonly weights: AdapterWeights;
  readonly base: ImportBase;
}> {
  const text = await readBounded(path.join(folder, ADAPTER_CONFIG_FILE), MAX_CONFIG_BYTES);
  const config = readAdapterConfig(new TextDecoder().decode(text));
  const bytes = await readBounded(path.join(folder, ADAPTER_WEIGHTS_FILE), DEFAULT_MAX_BYTES);
  // Whether they are weights at all, before a model is fetched for them.
  decodeAdapter(bytes, config);
  const base = await baseOf();
  const weights = decodeChecked(bytes, config, base);
  const stray = weights.sites.find((site) => !config.covers(site));
  if (stray !== undefined)
    throw adapterRefused(
      'CONFIG_INVALID',
      `its configuration leaves out ${peftModuleName(stray)}, which has weights`,
    );
  checkComplete(weights, base.layers);
  return { bytes, weights, base };
}

/** Trainers know projections and a number of last layers: an adapter that has gaps could act, but not be trained on. */
function checkComplete({ sites }: AdapterWeights, layers: number): void {
  const first = Math.min(...sites.map(({ layer }) => layer));
  const present = new Set(sites.map(({ layer, projection }) => `${layer}.${projection}`));
  for (const { projection } of sites)
    for (let layer = first; layer < layers; layer++)
      if (!present.has(`${layer}.${projection}`))
        throw adapterRefused(
          'MISSING_SITE',
          `it has no ${peftModuleName({ layer, projection })}; each of its modules has to be in every layer from ${first} to ${layers - 1}`,
        );
}

/** Keeps bytes where the worker finds them: in the store always, in the record if they are small. */
async function keepBytes(
  log: AdapterLog,
  bytes: Uint8Array,
): Promise<Pick<AdapterRecord, 'sha256' | 'sizeBytes' | 'weights'>> {
  await log.store.put(bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const weights = bytes.length <= INLINE_BYTES ? bytes : null;
  return { sha256, sizeBytes: bytes.length, weights };
}

/** Reads a file whose kind and size are looked at first: a pipe would be waited for, a device has no end. */
async function readBounded(file: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw new Error('it is no regular file');
      const { size } = stats;
      if (size > maxBytes)
        throw adapterRefused('TOO_LARGE', `${file} has ${size} bytes, more than ${maxBytes}`);
      return new Uint8Array(await handle.readFile());
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof SeclError) throw cause;
    throw new SeclError('FILE_UNREADABLE', `cannot read ${file}: ${(cause as Error).message}`, {
      hint: `Name a folder that PEFT wrote, with ${ADAPTER_WEIGHTS_FILE} and ${ADAPTER_CONFIG_FILE}.`,
      cause,
    });
  }
}
