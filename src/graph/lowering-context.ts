import type { GraphBuilder } from './graph-builder.ts';
import type { NamedValue } from './graph.ts';
import type { Network } from './network.ts';
import type { WeightEncoding } from './weight-recipe.ts';

/** What the parts of a lowering share. */
export interface LoweringContext {
  readonly builder: GraphBuilder;
  readonly network: Network;
  /** Encoding of the projections. */
  readonly encoding: WeightEncoding;
  /** Encoding of embedding and head; never below 8 bits. */
  readonly tableEncoding: WeightEncoding;
}

/** The LoRA inputs of one site, and the scale of each position the site's input has. */
export interface LoraInputs {
  /** `[in, R]`. */
  readonly a: NamedValue;
  /** `[R, out]`. */
  readonly b: NamedValue;
  /** `[1, T, 1]`: 0 where base weights act alone. */
  readonly scale: NamedValue;
}
