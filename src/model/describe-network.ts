import { SeclError } from '../errors/secl-error.ts';
import { metadataText } from '../gguf/metadata.ts';
import type { GgufHeader } from '../gguf/read-gguf.ts';
import type { Network } from '../graph/network.ts';
import { llama } from './llama.ts';
import { qwen2 } from './qwen2.ts';

/** Descriptions by `general.architecture`. */
export const ARCHITECTURES: ReadonlyMap<string, (header: GgufHeader) => Network> = new Map([
  ['llama', llama],
  ['qwen2', qwen2],
]);

/**
 * The network that a GGUF file holds.
 *
 * @throws SeclError `MODEL_UNSUPPORTED` if its architecture or a feature of it is unknown,
 *   `MODEL_INVALID` if a number or tensor is missing or wrong.
 */
export function describeNetwork(header: GgufHeader): Network {
  const architecture = metadataText(header.metadata, 'general.architecture');
  const describe = ARCHITECTURES.get(architecture ?? '');
  if (describe === undefined) {
    throw new SeclError(
      'MODEL_UNSUPPORTED',
      `The architecture ${architecture ?? '(none named)'} is not supported.`,
      { hint: `Choose a model of one of these: ${[...ARCHITECTURES.keys()].join(', ')}.` },
    );
  }
  return describe(header);
}
