import type { LoraSiteSpec } from '../graph/lora-sites.ts';
import type { LoraSite } from '../ports/language-model.ts';
import { seededRandom } from '../random/seeded-random.ts';

/**
 * Fresh LoRA weights: A uniform in `±1/√in`, B zero, so that the adapter begins as nothing. This is PEFT's
 * default, `kaiming_uniform_(A, a=√5)`: a bound of `√(6 / ((1 + 5) · in))`.
 *
 * Source: Hu et al. 2021, arXiv 2106.09685, section 4.1; He et al. 2015, arXiv 1502.01852.
 *
 * @param seed - Each site draws from a generator of its own, so one site's weights do not depend on the others.
 */
export function initialLora(
  sites: readonly LoraSiteSpec[],
  rank: number,
  seed: number,
): readonly LoraSite[] {
  return sites.map(({ layer, projection, inputSize, outputSize }) => {
    const random = seededRandom(seed).fork(`lora.${layer}.${projection}`);
    const bound = 1 / Math.sqrt(inputSize);
    const a = Float32Array.from(
      { length: rank * inputSize },
      () => (2 * random.next() - 1) * bound,
    );
    return { layer, projection, a, b: new Float32Array(outputSize * rank) };
  });
}
