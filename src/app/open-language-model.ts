import { createStandInLanguageModel } from '../adapters/memory/stand-in-language-model.ts';
import { openFileByteSource } from '../adapters/files/file-byte-source.ts';
import { openOnnxLanguageModel } from '../adapters/onnx/open-onnx-language-model.ts';
import type { OnStoreProgress } from '../adapters/hub/store-progress.ts';
import type { NamedTargets } from '../graph/lora-sites.ts';
import { readGguf } from '../gguf/read-gguf.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import { createTokenizer } from '../tokenizer/create-tokenizer.ts';
import type { TopologyModel } from '../topology/topology.ts';
import { buildModelFromStore } from './build-model-from-store.ts';
import { openModelStore } from './model-store.ts';

/** A model that is none and needs no download: for trying a topology out, and for fault drills. */
export const STAND_IN = 'stand-in';

/** How {@link openLanguageModel} goes about it. */
export interface OpenModelOptions {
  /** Wins over `SECL_CACHE_DIR`. */
  readonly cacheFolder?: string | undefined;
  readonly onProgress?: OnStoreProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Where adapters are to act: `adapterTargets` of the topology. @defaultValue the model's usual sites alone */
  readonly lora?: readonly NamedTargets[] | undefined;
}

/**
 * Opens a model by name or path: pulls and builds it first where that has not been done.
 *
 * @throws SeclError of the model store, the tokenizer and the inference runtime.
 */
export async function openLanguageModel(
  model: TopologyModel,
  options: OpenModelOptions = {},
): Promise<LanguageModel> {
  if (model.name === STAND_IN) return createStandInLanguageModel();
  const store = openModelStore({ cacheFolder: options.cacheFolder });
  const built = await buildModelFromStore(store, model.name, {
    precision: model.precision,
    onProgress: options.onProgress,
    signal: options.signal,
    lora: options.lora,
  });
  const source = openFileByteSource(built.ggufPath);
  try {
    const tokenizer = createTokenizer(readGguf(source).metadata);
    return await openOnnxLanguageModel({
      folder: built.folder,
      tokenizer,
      name: built.name,
      arenaPositions: model.arenaPositions,
      ...(model.threads === null ? {} : { threads: model.threads }),
    });
  } finally {
    source.close();
  }
}
