import type { LoraProjection } from '../ports/language-model.ts';

/** A place that carries LoRA. */
export interface PeftSite {
  /** From 0. */
  readonly layer: number;
  readonly projection: LoraProjection;
}

/**
 * Modules of a decoder layer, by projection, as Hugging Face names them: the same for every architecture that
 * is supported (`llama`, `qwen2`). In the order of sites within a layer.
 */
export const PEFT_MODULES: Readonly<Record<LoraProjection, string>> = {
  q: 'self_attn.q_proj',
  k: 'self_attn.k_proj',
  v: 'self_attn.v_proj',
  o: 'self_attn.o_proj',
  gate: 'mlp.gate_proj',
  up: 'mlp.up_proj',
  down: 'mlp.down_proj',
};

/** All projections, in the order of sites within a layer. */
export const PEFT_PROJECTIONS = Object.keys(PEFT_MODULES) as readonly LoraProjection[];

/** What PEFT puts before the model's own names: its wrapper, and the model in it. */
const PREFIX = 'base_model.model.';

const PROJECTION_OF: ReadonlyMap<string, LoraProjection> = new Map(
  PEFT_PROJECTIONS.map((projection) => [PEFT_MODULES[projection], projection]),
);

const TENSOR_NAME =
  /^base_model\.model\.model\.layers\.(0|[1-9][0-9]{0,3})\.([a-z_]+\.[a-z_]+)\.lora_([AB])\.weight$/;

/** Name of a module in the Hugging Face model. */
export function peftModuleName({ layer, projection }: PeftSite): string {
  return `model.layers.${layer}.${PEFT_MODULES[projection]}`;
}

/** Names of a site's two tensors in `adapter_model.safetensors`. */
export function peftTensorNames(site: PeftSite): { readonly a: string; readonly b: string } {
  const stem = `${PREFIX}${peftModuleName(site)}`;
  return { a: `${stem}.lora_A.weight`, b: `${stem}.lora_B.weight` };
}

/** The site and matrix that a tensor's name stands for; `undefined` if it is none of ours. */
export function parsePeftTensorName(
  name: string,
): (PeftSite & { readonly matrix: 'a' | 'b' }) | undefined {
  const [, layer = '', module = '', matrix = ''] = TENSOR_NAME.exec(name) ?? [];
  const projection = PROJECTION_OF.get(module);
  if (projection === undefined) return undefined;
  return { layer: Number(layer), projection, matrix: matrix === 'A' ? 'a' : 'b' };
}

/** Order of sites: by layer, then as in {@link PEFT_PROJECTIONS}. */
export function compareSites(one: PeftSite, other: PeftSite): number {
  return (
    one.layer - other.layer ||
    PEFT_PROJECTIONS.indexOf(one.projection) - PEFT_PROJECTIONS.indexOf(other.projection)
  );
}
