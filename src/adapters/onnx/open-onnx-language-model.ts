import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { SeclError, precondition } from '../../errors/secl-error.ts';
import { ScopedLanguageModel } from '../../decoding/scoped-language-model.ts';
import {
  MANIFEST_FILE,
  parseModelManifest,
  type ModelManifest,
} from '../../model/model-manifest.ts';
import type { LanguageModel } from '../../ports/language-model.ts';
import type { Tokenizer } from '../../ports/tokenizer.ts';
import { modelFingerprint } from './model-fingerprint.ts';
import { startWorker } from './start-worker.ts';
import { WorkerEngine } from './worker-engine.ts';
import type { InferenceWorkerData } from './worker-messages.ts';

/** Which model to open, and how. */
export interface OnnxLanguageModelOptions {
  /** A model folder, as `buildModel` writes it. */
  readonly folder: string;
  /** The tokenizer of the same model file. */
  readonly tokenizer: Tokenizer;
  /** Name in {@link ModelDescription}. @defaultValue the one in the model file */
  readonly name?: string;
  /**
   * Threads of the inference runtime. Fewer leave cores to a trainer; another number may change the last
   * bits of results. @defaultValue the cores this process may use
   */
  readonly threads?: number;
  /**
   * Positions the cache may hold at once; it starts small and grows. A prompt with its answer must fit,
   * so a number below the model's context length becomes the context length. 1,000 positions of a model of
   * 500 million weights take 24 MB. @defaultValue 8192
   */
  readonly arenaPositions?: number;
}

/**
 * Opens a model folder for inference in onnxruntime, on the CPU, in a worker thread of its own.
 *
 * @throws SeclError `FILE_UNREADABLE` or `MODEL_INVALID` for the folder, `MODEL_FAILED` if the runtime
 *   refuses the graph or its worker dies.
 */
export async function openOnnxLanguageModel(
  options: OnnxLanguageModelOptions,
): Promise<LanguageModel> {
  const { folder, tokenizer, threads = availableParallelism(), arenaPositions = 8192 } = options;
  precondition(Number.isInteger(threads) && threads >= 1, `${threads} threads`);
  precondition(
    Number.isInteger(arenaPositions) && arenaPositions >= 1,
    `${arenaPositions} positions in the cache`,
  );
  const manifest = await readManifest(folder);
  const { config, arena, lora } = manifest;
  // The arena holds one position more than the context (see DecodingEngine), the cache one more (see FRONT).
  const contextLength = Math.min(config.contextLength, arenaPositions, arena.maxPositions - 2);
  const data: InferenceWorkerData = {
    modelPath: join(folder, manifest.files.graph),
    cache: {
      layers: config.layers,
      heads: config.kvHeads,
      headSize: config.headSize,
      capacity: contextLength + 1,
    },
    arena: arena.layers,
    lora,
    vocabularySize: config.vocabularySize,
    hiddenSize: config.hiddenSize,
    contextLength,
    endTokenIds: tokenizer.endTokenIds,
    threads,
  };
  const engine = await WorkerEngine.ready(startWorker('inference-worker', data));
  return new ScopedLanguageModel({
    description: {
      name: options.name ?? manifest.source.name,
      architecture: config.architecture,
      fileSha256: manifest.source.sha256,
      precision: manifest.precision,
      contextLength,
      vocabularySize: config.vocabularySize,
      hiddenSize: config.hiddenSize,
      layers: config.layers,
      fingerprint: modelFingerprint({
        manifest,
        runtimeVersion: engine.runtimeVersion,
        threads,
        contextLength,
      }),
    },
    tokenizer,
    engine,
    loraSites: lora.sites,
  });
}

async function readManifest(folder: string): Promise<ModelManifest> {
  let text: string;
  try {
    text = await readFile(join(folder, MANIFEST_FILE), 'utf8');
  } catch (cause) {
    throw new SeclError('FILE_UNREADABLE', `the model folder ${folder} has no readable manifest`, {
      hint: 'Build the model with `secl model build`.',
      cause,
    });
  }
  return parseModelManifest(text);
}
