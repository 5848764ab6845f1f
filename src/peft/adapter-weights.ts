import { precondition } from '../errors/secl-error.ts';
import type { LoraSite } from '../ports/language-model.ts';
import { adapterRefused } from './adapter-refused.ts';
import { compareSites, parsePeftTensorName, peftTensorNames } from './peft-names.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';
import type { SafetensorsTensor } from './safetensors.ts';

/** Scaling and rank, which the weights' file does not hold: they stand in `adapter_config.json` or the record. */
export interface AdapterShape {
  /** From 1. */
  readonly rank: number;
  /** `lora_alpha`; the scaling is `alpha / rank`. */
  readonly alpha: number;
}

/** An adapter with the weights of each site. */
export interface AdapterWeights extends AdapterShape {
  /** By layer, then q, k, v, o, gate, up, down. Never twice the same. */
  readonly sites: readonly LoraSite[];
}

/** What was read of a site so far. */
type Half = Partial<Pick<LoraSite, 'a' | 'b'>>;

/** Text that PEFT writes beside the tensors: they are PyTorch's, in its order. */
const METADATA: ReadonlyMap<string, string> = new Map([['format', 'pt']]);

/**
 * Writes an adapter's weights as `adapter_model.safetensors` of PEFT: names and shapes as PEFT has them, A
 * `[R, in]` and B `[out, R]`, in single precision. The same weights give the same bytes.
 *
 * @throws SeclError `PRECONDITION` if a matrix is not a multiple of the rank, or a site is there twice.
 */
export function encodeAdapter({ rank, sites }: AdapterWeights): Uint8Array {
  const tensors = new Map<string, SafetensorsTensor>();
  for (const site of sites) {
    const names = peftTensorNames(site);
    precondition(!tensors.has(names.a), `${names.a} is there twice`);
    const [inputSize, outputSize] = [site.a.length / rank, site.b.length / rank];
    precondition(
      Number.isInteger(inputSize) && Number.isInteger(outputSize),
      `${names.a} is not of rank ${rank}`,
    );
    tensors.set(names.a, { shape: [rank, inputSize], values: site.a });
    tensors.set(names.b, { shape: [outputSize, rank], values: site.b });
  }
  return encodeSafetensors({ tensors, metadata: METADATA });
}

/**
 * Reads `adapter_model.safetensors` of PEFT, ours or another's.
 *
 * @throws SeclError `ADAPTER_REFUSED`: `DAMAGED`; `DORA` for magnitudes; `UNKNOWN_SITE` for a tensor of any other
 *   name; `WRONG_SHAPE` for another rank than `shape` says, or a matrix without its twin.
 */
export function decodeAdapter(bytes: Uint8Array, { rank, alpha }: AdapterShape): AdapterWeights {
  const halves = new Map<string, Half>();
  const { tensors } = decodeSafetensors(bytes);
  const sites: LoraSite[] = [];
  for (const [name, { shape, values }] of tensors) {
    const parsed = parsePeftTensorName(name);
    if (parsed === undefined)
      throw name.includes('lora_magnitude_vector')
        ? adapterRefused('DORA', `it has magnitudes, "${name}"`)
        : adapterRefused('UNKNOWN_SITE', `"${name}" is no LoRA matrix of a known projection`);
    const { layer, projection, matrix } = parsed;
    const sizeOfRank = matrix === 'a' ? shape[0] : shape[1];
    if (shape.length !== 2 || sizeOfRank !== rank)
      throw adapterRefused(
        'WRONG_SHAPE',
        `"${name}" is [${shape.join(', ')}], which is not of rank ${rank}`,
      );
    const key = `${layer}.${projection}`;
    const half: Half = { ...halves.get(key), [matrix]: values };
    halves.set(key, half);
    const { a, b } = half;
    if (a !== undefined && b !== undefined) sites.push({ layer, projection, a, b });
  }
  if (sites.length === 0 && halves.size === 0)
    throw adapterRefused('UNKNOWN_SITE', 'it has no tensors');
  if (sites.length !== halves.size)
    throw adapterRefused('WRONG_SHAPE', 'a site has only one of its two matrices');
  return { rank, alpha, sites: sites.sort(compareSites) };
}
