import { SeclError } from '../errors/secl-error.ts';
import type { Network, Projection } from './network.ts';

/** A projection of a layer that takes LoRA weights as inputs of the graph. */
export interface LoraSiteSpec {
  /** From 0. */
  readonly layer: number;
  readonly projection: Projection;
  /** Width of the projection's input. */
  readonly inputSize: number;
  /** Width of its output. */
  readonly outputSize: number;
}

/** Which projections take LoRA weights. */
export interface LoraTargets {
  /** @defaultValue `['q', 'v', 'o']` */
  readonly projections?: readonly Projection[];
  /** How many of the last layers; 0 for none. @defaultValue a third of all, rounded down */
  readonly lastLayers?: number;
}

/** Order of sites within a layer. */
export const LORA_PROJECTIONS = ['q', 'k', 'v', 'o', 'gate', 'up', 'down'] as const;

/**
 * The sites that targets name in a network, by layer and then in the order of {@link LORA_PROJECTIONS}.
 *
 * @throws SeclError `PRECONDITION` if `lastLayers` is not a whole number from 0 to the network's.
 */
export function loraSites(network: Network, targets: LoraTargets = {}): readonly LoraSiteSpec[] {
  const { layers } = network.config;
  const lastLayers = targets.lastLayers ?? Math.floor(layers / 3);
  if (!Number.isInteger(lastLayers) || lastLayers < 0 || lastLayers > layers) {
    throw new SeclError('PRECONDITION', `LoRA on ${lastLayers} of ${layers} layers`, {
      hint: `Name a whole number of layers from 0 to ${layers}.`,
    });
  }
  const projections = new Set(targets.projections ?? ['q', 'v', 'o']);
  return network.layers.flatMap((layer, index) =>
    index < layers - lastLayers
      ? []
      : LORA_PROJECTIONS.filter((projection) => projections.has(projection)).map((projection) => {
          const { rows, columns } = layer.projections[projection].weight;
          return { layer: index, projection, inputSize: columns, outputSize: rows };
        }),
  );
}

/** Names of a site's two inputs: `a` is `[in, R]` and `b` is `[R, out]`, both transposed from PEFT's. */
export function loraInputNames(site: { layer: number; projection: Projection }): {
  readonly a: string;
  readonly b: string;
} {
  const stem = `lora.${site.layer}.${site.projection}`;
  return { a: `${stem}.a`, b: `${stem}.b` };
}
