import { SeclError } from '../errors/secl-error.ts';
import type { LoraSiteSpec } from '../graph/lora-sites.ts';
import type { Precision } from '../graph/lower-inference.ts';
import type { NetworkConfig } from '../graph/network.ts';

/**
 * Version of the graphs that are built: it rises with anything that may change a floating-point result,
 * an input or an output, so that a folder built by another version is built again.
 */
export const GRAPH_VERSION = 2;

/** Name of the manifest in a model folder. */
export const MANIFEST_FILE = 'manifest.json';

/** A site and the names of its two inputs. */
export interface LoraSiteInputs extends LoraSiteSpec {
  /** Input of shape `[inputSize, R]`: PEFT's `lora_A`, transposed. */
  readonly a: string;
  /** Input of shape `[R, outputSize]`: PEFT's `lora_B`, transposed. */
  readonly b: string;
}

/** Names of a layer's arena: inputs of shape `[texts, kvHeads, capacity, headSize]` and the outputs after them. */
export interface ArenaLayer {
  readonly pastKey: string;
  readonly pastValue: string;
  readonly presentKey: string;
  readonly presentValue: string;
}

/** What a model folder holds, and how its graph is fed. */
export interface ModelManifest {
  readonly format: 'secl-stream.model';
  /** See `GRAPH_VERSION`. */
  readonly graphVersion: number;
  /** The GGUF file it was built from. */
  readonly source: {
    /** `general.name`, or the architecture. */
    readonly name: string;
    /** Lower-case hex. */
    readonly sha256: string;
    readonly sizeBytes: number;
  };
  readonly precision: Precision;
  readonly config: NetworkConfig;
  readonly files: {
    /** Graph whose LoRA inputs must all be fed (rank 1 zeros where there is no adapter). */
    readonly graph: string;
    /** The same, with LoRA inputs that default to nothing: for tools that know nothing of LoRA. */
    readonly portableGraph: string;
    /** Weights of both. */
    readonly data: string;
    readonly dataBytes: number;
  };
  readonly arena: {
    /** Most positions S the arena may hold. */
    readonly maxPositions: number;
    /** By layer. */
    readonly layers: readonly ArenaLayer[];
  };
  /** By layer, then in the order q, k, v, o, gate, up, down; `scaleInput` exists if there is any site. */
  readonly lora: { readonly scaleInput: string; readonly sites: readonly LoraSiteInputs[] };
}

/**
 * Reads a manifest.
 *
 * @throws SeclError `MODEL_INVALID` if it is not one, or one of another {@link GRAPH_VERSION}.
 */
export function parseModelManifest(text: string): ModelManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw stale('is not JSON', cause);
  }
  const { format, graphVersion } = (value ?? {}) as Partial<ModelManifest>;
  if (format !== 'secl-stream.model') throw stale('is not a manifest of this program');
  if (graphVersion !== GRAPH_VERSION) {
    throw stale(`is of graph version ${String(graphVersion)}, not ${GRAPH_VERSION}`);
  }
  return value as ModelManifest;
}

function stale(what: string, cause?: unknown): SeclError {
  return new SeclError('MODEL_INVALID', `The manifest of the model folder ${what}.`, {
    hint: 'Build the model again with `secl model build`.',
    cause,
  });
}
