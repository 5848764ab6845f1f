import type { WeightSource } from './weight-recipe.ts';

/** The linear projections of a layer: queries, keys, values, output, and those of the gated MLP. */
export type Projection = 'q' | 'k' | 'v' | 'o' | 'gate' | 'up' | 'down';

/** A linear projection `y = x · Wᵀ + b`. */
export interface Linear {
  /** `[out, in]`. */
  readonly weight: WeightSource;
  /** `[out]`. */
  readonly bias: WeightSource | undefined;
}

/** Root mean square norm: `x / √(mean(x²) + ε) · weight`. */
export interface Norm {
  /** `[D]`. */
  readonly weight: WeightSource;
}

/** One decoder layer: `h + attention(norm(h))`, then `h + mlp(norm(h))`. */
export interface NetworkLayer {
  readonly attentionNorm: Norm;
  /** Rotary attention with grouped keys and values, and the gated MLP `down(silu(gate(x)) · up(x))`. */
  readonly projections: Readonly<Record<Projection, Linear>>;
  readonly mlpNorm: Norm;
}

/** Sizes and constants of a network. */
export interface NetworkConfig {
  /** `general.architecture` of the model file. */
  readonly architecture: string;
  readonly layers: number;
  /** D. */
  readonly hiddenSize: number;
  /** Width of the MLP. */
  readonly feedForwardSize: number;
  /** H, query heads. */
  readonly heads: number;
  /** Key/value heads; divides {@link heads}. */
  readonly kvHeads: number;
  /** Width of a head; even. */
  readonly headSize: number;
  /** V. */
  readonly vocabularySize: number;
  /** Positions the model was made for, or fewer where a description caps them. */
  readonly contextLength: number;
  /** ε of the norms. */
  readonly normEpsilon: number;
  /** Base of the rotation's wavelengths. */
  readonly ropeTheta: number;
}

/**
 * A causal decoder as its architecture file describes it, once for every lowering: what is computed from
 * which tensors of the model file, not how.
 */
export interface Network {
  readonly config: NetworkConfig;
  /** `[V, D]`. */
  readonly embedding: WeightSource;
  readonly layers: readonly NetworkLayer[];
  readonly finalNorm: Norm;
  /** `[V, D]`; the embedding itself when the model ties them. */
  readonly head: WeightSource;
}
