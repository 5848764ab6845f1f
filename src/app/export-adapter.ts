import { readdir } from 'node:fs/promises';
import { writeFolder } from '../adapters/files/write-folder.ts';
import { SeclError } from '../errors/secl-error.ts';
import { writeAdapterConfig } from '../peft/adapter-config.ts';
import { decodeAdapter } from '../peft/adapter-weights.ts';
import { adapterHistory, versionOf } from './adapter-history.ts';
import { withAdapterLog } from './adapter-log.ts';
import { adapterManifest, type AdapterManifest } from './adapter-manifest.ts';
import type { DecideByHandOptions } from './decide-by-hand.ts';
import { ADAPTER_CONFIG_FILE, ADAPTER_WEIGHTS_FILE } from './import-adapter.ts';

/** How a version is exported. */
export interface ExportAdapterOptions extends DecideByHandOptions {
  /** Folder to write; it must not exist, or be empty. */
  readonly out: string;
  /** What the configuration calls the base model. @defaultValue `gguf:` and its SHA-256 */
  readonly baseModel?: string | undefined;
}

/**
 * Writes a folder that PEFT loads: `adapter_model.safetensors`, `adapter_config.json`, and `manifest.json`
 * beside them.
 *
 * @throws SeclError `USAGE` for an unknown version or a folder in use; `ADAPTER_REFUSED` if the bytes are missing
 *   or damaged; `STORE_FAILED`; as `withAdapterLog`.
 */
export function exportAdapter(
  version: number,
  options: ExportAdapterOptions,
): Promise<AdapterManifest> {
  return withAdapterLog(options, async (log) => {
    const found = versionOf(adapterHistory(log, options.lineage), version);
    const { out } = options;
    const there = await readdir(out).catch((error: unknown) =>
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? [] : ['a file'],
    );
    if (there.length > 0)
      throw new SeclError('USAGE', `${out} exists and is not empty`, {
        hint: 'Name a folder that does not exist yet.',
      });
    const bytes = await log.bytesOf(found.record);
    const weights = decodeAdapter(bytes, found.record.lora);
    const manifest = adapterManifest(found);
    const baseModel = options.baseModel ?? `gguf:${found.record.baseSha256}`;
    await writeFolder(out, [
      [ADAPTER_WEIGHTS_FILE, bytes],
      [ADAPTER_CONFIG_FILE, writeAdapterConfig(weights, baseModel)],
      ['manifest.json', `${JSON.stringify(manifest, null, 2)}\n`],
    ]);
    return manifest;
  });
}
