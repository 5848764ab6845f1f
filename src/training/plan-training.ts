import { layoutExternalData } from '../graph/external-layout.ts';
import type { ExternalLayout } from '../graph/external-layout.ts';
import type { LoraTargets } from '../graph/lora-sites.ts';
import { lowerBelow, lowerTrained } from '../graph/lower-training.ts';
import type { Network } from '../graph/network.ts';
import { serializeOnnx } from '../graph/serialize-onnx.ts';

/**
 * Version of the training graphs: it rises with anything that may change a floating-point result, an input or
 * an output, so that a folder built by another version is built again.
 */
export const TRAINING_GRAPH_VERSION = 1;

/** Name of the data file that all training graphs of a model share. */
export const TRAINING_DATA_FILE = 'weights.data';

/** Where the weights of a network's layers lie in the data file, in float32; the same for every choice of sites. */
export function trainingLayout(network: Network): ExternalLayout {
  const { layers } = network.config;
  return layoutExternalData(
    lowerTrained(network, { lastLayers: layers, projections: ['q'] }, false),
  );
}

/** The bytes of the graphs that train one choice of sites. */
export interface TrainingGraphs {
  /** Layers below the trained ones; `undefined` if there are none. */
  readonly below: Uint8Array | undefined;
  /** The trained layers, forwards. */
  readonly measured: Uint8Array;
  /** The trained layers, forwards and backwards. */
  readonly trained: Uint8Array;
}

/**
 * Writes a network's training graphs.
 *
 * @throws SeclError `PRECONDITION` if `lastLayers` is not a whole number from 1 to the network's.
 */
export function trainingGraphs(
  network: Network,
  targets: Required<LoraTargets>,
  layout: ExternalLayout,
): TrainingGraphs {
  const options = { dataFile: TRAINING_DATA_FILE, layout };
  const below = network.config.layers - targets.lastLayers;
  return {
    below: below === 0 ? undefined : serializeOnnx(lowerBelow(network, below), options),
    measured: serializeOnnx(lowerTrained(network, targets, false), options),
    trained: serializeOnnx(lowerTrained(network, targets, true), options),
  };
}
