import type { LoraSiteShape } from '../../decoding/check-adapter.ts';
import { DecodingEngine } from '../../decoding/decoding-engine.ts';
import { ScopedLanguageModel } from '../../decoding/scoped-language-model.ts';
import type { LanguageModel, ModelDescription } from '../../ports/language-model.ts';
import { StandInForwardPass } from './stand-in-forward-pass.ts';
import { STAND_IN_HIDDEN, StandInNetwork } from './stand-in-network.ts';
import { StandInTokenizer } from './stand-in-tokenizer.ts';
import { standInVocabulary } from './stand-in-vocabulary.ts';

/** How a stand-in differs from the next. */
export interface StandInOptions {
  /** Another seed is another model. @defaultValue 0 */
  readonly seed?: number;
  /** Positions a prompt and its answer may take. @defaultValue 4096 */
  readonly contextLength?: number;
  /** Milliseconds a run takes per position, to imitate a slow model. @defaultValue 0 */
  readonly delayMs?: number;
}

const LAYERS = 2;

/** LoRA sites of the stand-in: q and v of both layers, 8 × 8. */
export const STAND_IN_LORA_SITES: readonly LoraSiteShape[] = [0, 1].flatMap((layer) =>
  (['q', 'v'] as const).map((projection) => ({
    layer,
    projection,
    inputSize: STAND_IN_HIDDEN,
    outputSize: STAND_IN_HIDDEN,
  })),
);

/** Eight hexadecimal digits that tell stand-ins apart. */
function markOf(seed: number): string {
  return (Math.trunc(seed) >>> 0).toString(16).padStart(8, '0');
}

/** What stands for the file hash of the stand-in with a seed. */
export function standInSha256(seed = 0): string {
  return markOf(seed).repeat(8);
}

/**
 * A language model that is none: answers from a hash of the text, thousands of questions a second, with the
 * scopes, caches, ledgers and errors of a real one. For tests, demonstrations of a topology, and fault
 * drills; its confidence means nothing.
 */
export function createStandInLanguageModel(options: StandInOptions = {}): LanguageModel {
  const { seed = 0, contextLength = 4096, delayMs = 0 } = options;
  const vocabulary = standInVocabulary();
  const tokenizer = new StandInTokenizer(vocabulary);
  const network = new StandInNetwork(vocabulary, seed);
  const forward = new StandInForwardPass(network, vocabulary.size, contextLength + 1, delayMs);
  const mark = markOf(seed);
  const description: ModelDescription = {
    name: 'stand-in',
    architecture: 'stand-in',
    fileSha256: standInSha256(seed),
    precision: 'fp32',
    contextLength,
    vocabularySize: vocabulary.size,
    hiddenSize: STAND_IN_HIDDEN,
    layers: LAYERS,
    fingerprint: `stand-in-1-${mark}-${contextLength}`,
  };
  return new ScopedLanguageModel({
    description,
    tokenizer,
    engine: new DecodingEngine(forward, { contextLength, endTokenIds: tokenizer.endTokenIds }),
    loraSites: STAND_IN_LORA_SITES,
  });
}
