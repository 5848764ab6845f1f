import { fileURLToPath } from 'node:url';
import { buildModelFromStore, type BuiltModel } from '../src/app/build-model-from-store.ts';
import { openModelStore } from '../src/app/model-store.ts';
import { createProgressView } from '../src/cli/progress.ts';
import type { ModelDescription } from '../src/ports/language-model.ts';
import { EngineProcess } from './engine-process.ts';
import type { OnnxEngineSettings } from './onnx-engine.ts';

/** Which model to measure. */
export interface BuiltModelOptions {
  /** Catalogue name or GGUF file. */
  readonly model: string;
  readonly precision: ModelDescription['precision'];
  /** Model cache; wins over `SECL_CACHE_DIR`. */
  readonly cache?: string;
}

/** Pulls and builds the model if need be, and starts this project's engine on it in a process of its own. */
export async function startOwnEngine(
  options: BuiltModelOptions & { readonly threads: number },
): Promise<{ engine: EngineProcess; built: BuiltModel }> {
  const view = createProgressView({ stream: process.stderr });
  const built = await buildModelFromStore(
    openModelStore({ cacheFolder: options.cache }),
    options.model,
    { precision: options.precision, onProgress: view.update },
  );
  view.stop();
  const settings: OnnxEngineSettings = { folder: built.folder, threads: options.threads };
  // `.ts` under tsx, `.js` once built.
  const own = fileURLToPath(import.meta.url).replace(/own-engine(\.[tj]s)$/, 'onnx-engine$1');
  return { engine: await EngineProcess.start(own, settings), built };
}
