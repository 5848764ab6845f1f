import type { OnStoreProgress } from '../adapters/hub/store-progress.ts';
import { ask, type AskedAnswer, type AskedQuestion } from './ask.ts';
import { loadTopology } from './load-topology.ts';
import { openLanguageModel } from './open-language-model.ts';

/** How {@link askQuestion} goes about it. */
export interface AskQuestionOptions {
  /** Name or path; wins over the topology's. */
  readonly model?: string | undefined;
  readonly topology?: string | undefined;
  readonly cacheFolder?: string | undefined;
  readonly onStoreProgress?: OnStoreProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Opens the model, asks one question, closes the model. @throws SeclError of both. */
export async function askQuestion(
  question: AskedQuestion,
  options: AskQuestionOptions,
): Promise<AskedAnswer> {
  const topology = await loadTopology(options.topology);
  const settings = { ...topology.model, name: options.model ?? topology.model.name };
  const model = await openLanguageModel(settings, {
    cacheFolder: options.cacheFolder,
    onProgress: options.onStoreProgress,
    signal: options.signal,
  });
  try {
    return await ask(question, topology, model, options.signal);
  } finally {
    await model.close();
  }
}
