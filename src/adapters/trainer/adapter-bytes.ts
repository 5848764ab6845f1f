import type { LoraSettings } from '../../events/training-batch.ts';
import type { LoraSiteSpec } from '../../graph/lora-sites.ts';
import { decodeAdapter } from '../../peft/adapter-weights.ts';
import { peftTensorNames } from '../../peft/peft-names.ts';
import { decodeSafetensors, encodeSafetensors } from '../../peft/safetensors.ts';
import type { SafetensorsTensor } from '../../peft/safetensors.ts';
import type { LoraSite } from '../../ports/language-model.ts';
import type { OptimizerState } from '../../training/optimizer-state.ts';
import { SeclError } from '../../errors/secl-error.ts';

/** Endings of the names of an optimizer's tensors; PyTorch's words for them. */
const MOMENTS = { mean: 'exp_avg', square: 'exp_avg_sq' } as const;

/**
 * Reads a parent's weights for the sites that a batch trains.
 *
 * @throws SeclError `TRAINING_FAILED` if they are damaged, for other sites, or of another rank or shape.
 */
export function parentSites(
  bytes: Uint8Array,
  specs: readonly LoraSiteSpec[],
  { rank, alpha }: LoraSettings,
): readonly LoraSite[] {
  const { sites } = understood('weights', () => decodeAdapter(bytes, { rank, alpha }));
  const found = new Map(sites.map((site) => [`${site.layer}.${site.projection}`, site]));
  if (found.size !== specs.length) throw unfit('weights', `have ${found.size} sites`);
  return specs.map(({ layer, projection, inputSize, outputSize }) => {
    const site = found.get(`${layer}.${projection}`);
    if (site?.a.length !== rank * inputSize || site.b.length !== rank * outputSize) {
      throw unfit('weights', `do not fit ${projection} of layer ${layer}`);
    }
    if (![site.a, site.b].every((values) => values.every(Number.isFinite))) {
      throw unfit('weights', `are not finite at ${projection} of layer ${layer}`);
    }
    return site;
  });
}

/** Writes an optimizer's state as safetensors: two tensors a weight, named after it, and the step as text. */
export function encodeOptimizer(state: OptimizerState, sites: readonly LoraSite[]): Uint8Array {
  const tensors = new Map<string, SafetensorsTensor>();
  parameterNames(sites).forEach((name, index) => {
    for (const moment of ['mean', 'square'] as const) {
      const values = state[moment][index] as Float32Array;
      tensors.set(`${name}.${MOMENTS[moment]}`, { shape: [values.length], values });
    }
  });
  return encodeSafetensors({ tensors, metadata: new Map([['step', String(state.step)]]) });
}

/**
 * Reads what {@link encodeOptimizer} wrote.
 *
 * @throws SeclError `TRAINING_FAILED` if it is damaged or of other weights.
 */
export function decodeOptimizer(bytes: Uint8Array, sites: readonly LoraSite[]): OptimizerState {
  const { tensors, metadata } = understood('optimizer state', () => decodeSafetensors(bytes));
  const step = Number(metadata.get('step'));
  if (!Number.isInteger(step) || step < 0) throw unfit('optimizer state', 'has no step');
  const lengths = sites.flatMap(({ a, b }) => [a.length, b.length]);
  const moments = (moment: 'mean' | 'square'): Float32Array[] =>
    parameterNames(sites).map((name, index) => {
      const values = tensors.get(`${name}.${MOMENTS[moment]}`)?.values;
      if (
        values === undefined ||
        values.length !== lengths[index] ||
        !values.every(Number.isFinite)
      ) {
        throw unfit('optimizer state', `does not fit ${name}`);
      }
      return values;
    });
  return { step, mean: moments('mean'), square: moments('square') };
}

function parameterNames(sites: readonly LoraSite[]): readonly string[] {
  return sites.flatMap((site) => {
    const { a, b } = peftTensorNames(site);
    return [a, b];
  });
}

function understood<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unfit(what, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function unfit(what: string, why: string): SeclError {
  return new SeclError('TRAINING_FAILED', `The parent's ${what} ${why}.`, {
    hint: 'Train from a parent of the same LoRA settings, or from none.',
  });
}
