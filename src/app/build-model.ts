import { createHash } from 'node:crypto';

import { openFileByteSource } from '../adapters/files/file-byte-source.ts';
import { writeFolder } from '../adapters/files/write-folder.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { ByteSource } from '../gguf/byte-source.ts';
import { readGguf } from '../gguf/read-gguf.ts';
import type { LoraTargets } from '../graph/lora-sites.ts';
import type { Precision } from '../graph/lower-inference.ts';
import { MANIFEST_FILE } from '../model/model-manifest.ts';
import type { ModelManifest } from '../model/model-manifest.ts';
import { MODEL_FILES, modelData, planModel } from '../model/plan-model.ts';
import { tensorRows } from '../model/tensor-rows.ts';

/** How {@link buildModel} goes about it. */
export interface BuildModelOptions {
  /** @defaultValue `'int8'` */
  readonly precision?: Precision;
  /** Projections that take LoRA inputs. @defaultValue q, v and o of the last third of the layers */
  readonly lora?: LoraTargets;
  /** SHA-256 of the file, lower-case hex, if it is known. @defaultValue computed */
  readonly sourceSha256?: string;
  /** Called often with bytes written and bytes in all. */
  readonly onProgress?: (progress: BuildProgress) => void;
  readonly signal?: AbortSignal;
}

/** How far a build is. */
export interface BuildProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** Bytes hashed at a time. */
const HASH_CHUNK = 8 << 20;

/**
 * Builds a model folder from a GGUF file: the graph, the graph for other tools, their weights in the
 * wanted precision, and the manifest. Weights stream through some megabytes of memory; the folder appears
 * whole or not at all.
 *
 * @param ggufPath - The model file.
 * @param folder - Where the result goes; replaced if it exists.
 * @throws SeclError `FILE_UNREADABLE`, `GGUF_INVALID`, `GGUF_UNSUPPORTED`, `MODEL_UNSUPPORTED`,
 *   `MODEL_INVALID`, `STORE_FAILED`, `CANCELLED`.
 * @remarks A model of 500 million weights takes about 15 seconds at int8 on one core.
 */
export async function buildModel(
  ggufPath: string,
  folder: string,
  options: BuildModelOptions = {},
): Promise<ModelManifest> {
  const file = openFileByteSource(ggufPath);
  try {
    const header = readGguf(file);
    const sha256 = options.sourceSha256 ?? (await hash(file, options.signal));
    const plan = planModel(
      header,
      { sha256, sizeBytes: file.size },
      {
        ...(options.precision === undefined ? {} : { precision: options.precision }),
        ...(options.lora === undefined ? {} : { lora: options.lora }),
      },
    );
    const manifestText = `${JSON.stringify(plan.manifest, undefined, 2)}\n`;
    const bytesTotal = plan.layout.totalBytes;
    await writeFolder(
      folder,
      [
        [MODEL_FILES.data, modelData(plan.layout, tensorRows(header, file))],
        [MODEL_FILES.graph, plan.graph],
        [MODEL_FILES.portableGraph, plan.portableGraph],
        [MANIFEST_FILE, manifestText],
      ],
      {
        onBytes: (bytes) =>
          options.onProgress?.({ bytesDone: Math.min(bytes, bytesTotal), bytesTotal }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
    );
    return plan.manifest;
  } finally {
    file.close();
  }
}

async function hash(file: ByteSource, signal: AbortSignal | undefined): Promise<string> {
  const digest = createHash('sha256');
  for (let offset = 0; offset < file.size; offset += HASH_CHUNK) {
    if (signal?.aborted === true) throw new SeclError('CANCELLED', 'Building was cancelled.');
    digest.update(file.read(offset, Math.min(HASH_CHUNK, file.size - offset)));
    // Lets timers and signals through between stretches.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return digest.digest('hex');
}
