import type { LoraSettings } from '../../events/training-batch.ts';
import { decodeAdapter, encodeAdapter } from '../../peft/adapter-weights.ts';
import type { LoraAdapter, LoraSite } from '../../ports/language-model.ts';
import { STAND_IN_LORA_SITES } from './stand-in-language-model.ts';
import { adapterShift } from './stand-in-network.ts';

/**
 * The weights of an adapter that shifts the stand-in by `shift`, as PEFT's safetensors: A is ones, and B shares the
 * shift out evenly, so that {@link adapterShift} finds it again.
 *
 * @returns The bytes, or `undefined` if the stand-in has none of the projections.
 */
export function encodeStandInAdapter(shift: number, lora: LoraSettings): Uint8Array | undefined {
  const { rank, alpha, projections } = lora;
  const shapes = STAND_IN_LORA_SITES.filter(({ projection }) => projections.includes(projection));
  if (shapes.length === 0) return undefined;
  // A site's part is scaling · Σ_r mean(A_r) · mean(B_r) = (alpha / rank) · rank · b.
  const b = shift / (alpha * shapes.length);
  const sites = shapes.map(({ layer, projection, inputSize, outputSize }): LoraSite => ({
    layer,
    projection,
    a: new Float32Array(rank * inputSize).fill(1),
    b: new Float32Array(outputSize * rank).fill(b),
  }));
  return encodeAdapter({ rank, alpha, sites });
}

/**
 * Reads the weights of an adapter for the stand-in.
 *
 * @param version - At least 1.
 * @throws SeclError `ADAPTER_REFUSED` if the bytes are damaged or of another rank.
 */
export function decodeStandInAdapter(
  bytes: Uint8Array,
  version: number,
  { rank, alpha }: LoraSettings,
): LoraAdapter {
  const { sites } = decodeAdapter(bytes, { rank, alpha });
  return { version, rank, scaling: alpha / rank, sites };
}

/** The shift of an adapter's weights; 0 without a parent. */
export function shiftOf(bytes: Uint8Array | undefined, lora: LoraSettings): number {
  return bytes === undefined ? 0 : adapterShift(decodeStandInAdapter(bytes, 1, lora));
}
