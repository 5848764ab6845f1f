import type { LearningOptions } from '../learning/learning-options.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import { digitTokens } from '../secl/verbalize-answers.ts';
import { lineageOf } from './lineage-of.ts';
import type { Topology } from '../topology/topology.ts';

/** The loop's settings as a topology gives them, for a model; `null` where nothing is trained. */
export function learningOptionsOf(
  { training, adapter, seed }: Topology,
  { description, tokenizer }: Pick<LanguageModel, 'description' | 'tokenizer'>,
): LearningOptions | null {
  const { mode, trainer: _, lora, ...settings } = training;
  if (mode === 'off') return null;
  return {
    ...settings,
    // A small model has fewer layers than the settings name: then all of them carry it.
    lora: { ...lora, lastLayers: Math.min(lora.lastLayers, description.layers) },
    lineage: lineageOf(description),
    baseSha256: description.fileSha256,
    confidenceTokenIds: digitTokens(tokenizer),
    scope: adapter.scope,
    seed,
  };
}
