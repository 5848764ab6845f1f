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

/** Targets as settings name them. */
export interface NamedTargets {
  /** Some of {@link LORA_PROJECTIONS}. */
  readonly projections: readonly string[];
  /** How many of the last layers; more than there are mean all. */
  readonly lastLayers: number;
}

/** The targets where none are named, of a network of so many layers. */
function usualTargets(layers: number): Required<LoraTargets> {
  return { projections: ['q', 'v', 'o'], lastLayers: Math.floor(layers / 3) };
}

/**
 * The targets of a graph that takes adapters of all of `wanted`, the usual ones among them.
 *
 * @returns `undefined` where the usual targets will do.
 */
export function coveringTargets(
  layers: number,
  wanted: readonly NamedTargets[],
): Required<LoraTargets> | undefined {
  const usual = usualTargets(layers);
  const names = new Set<string>([usual, ...wanted].flatMap(({ projections }) => projections));
  const projections = LORA_PROJECTIONS.filter((name) => names.has(name));
  const most = Math.max(usual.lastLayers, ...wanted.map(({ lastLayers }) => lastLayers));
  const lastLayers = Math.min(layers, most);
  return projections.length === usual.projections.length && lastLayers === usual.lastLayers
    ? undefined
    : { projections, lastLayers };
}

/** Of some sites of a network of so many layers, those that are not among the usual ones. */
export function unusualSites<Site extends Pick<LoraSiteSpec, 'layer' | 'projection'>>(
  layers: number,
  sites: readonly Site[],
): readonly Site[] {
  const usual = usualTargets(layers);
  return sites.filter(
    ({ layer, projection }) =>
      layer < layers - usual.lastLayers || !usual.projections.includes(projection),
  );
}

/**
 * The sites that targets name in a network, by layer and then in the order of {@link LORA_PROJECTIONS}.
 *
 * @throws SeclError `PRECONDITION` if `lastLayers` is not a whole number from 0 to the network's.
 */
export function loraSites(network: Network, targets: LoraTargets = {}): readonly LoraSiteSpec[] {
  const { layers } = network.config;
  const usual = usualTargets(layers);
  const lastLayers = targets.lastLayers ?? usual.lastLayers;
  if (!Number.isInteger(lastLayers) || lastLayers < 0 || lastLayers > layers) {
    throw new SeclError('PRECONDITION', `LoRA on ${lastLayers} of ${layers} layers`, {
      hint: `Name a whole number of layers from 0 to ${layers}.`,
    });
  }
  const projections = new Set(targets.projections ?? usual.projections);
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
