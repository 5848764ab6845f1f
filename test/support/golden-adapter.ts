import type { AdapterWeights } from '../../src/peft/adapter-weights.ts';
import { PEFT_PROJECTIONS, peftTensorNames, type PeftSite } from '../../src/peft/peft-names.ts';
import { namedNumbers, TINY, type TinyArchitecture } from './tiny-network.ts';

/** Width of a projection's input and output in a tiny network. */
export function tinySiteShape(
  architecture: TinyArchitecture,
  { projection }: PeftSite,
): { readonly inputSize: number; readonly outputSize: number } {
  const { hiddenSize: D, feedForwardSize: F, headSize } = TINY;
  const keys = (architecture === 'llama' ? 2 : 1) * headSize;
  const outputs = { q: D, k: keys, v: keys, o: D, gate: F, up: F, down: D };
  return { inputSize: projection === 'down' ? F : D, outputSize: outputs[projection] };
}

/**
 * The adapter of `test/golden/peft/ours-…`: for `qwen2` on every projection of layers 1 and 2, for `llama` on
 * some here and some there, so that both forms of the configuration are tried.
 */
export function goldenAdapter(architecture: TinyArchitecture): AdapterWeights {
  const rank = 2;
  const places: readonly PeftSite[] =
    architecture === 'qwen2'
      ? [1, 2].flatMap((layer) => PEFT_PROJECTIONS.map((projection) => ({ layer, projection })))
      : [
          { layer: 1, projection: 'q' },
          { layer: 1, projection: 'down' },
          { layer: 2, projection: 'k' },
          { layer: 2, projection: 'o' },
        ];
  const sites = places.map((place) => {
    const { inputSize, outputSize } = tinySiteShape(architecture, place);
    const names = peftTensorNames(place);
    return {
      ...place,
      a: namedNumbers(names.a, rank * inputSize, 0.25),
      b: namedNumbers(names.b, outputSize * rank, 0.25),
    };
  });
  return { rank, alpha: 5, sites };
}
