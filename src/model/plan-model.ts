import { metadataText } from '../gguf/metadata.ts';
import type { GgufHeader } from '../gguf/read-gguf.ts';
import { layoutExternalData } from '../graph/external-layout.ts';
import type { ExternalLayout } from '../graph/external-layout.ts';
import { loraInputNames, loraSites } from '../graph/lora-sites.ts';
import { arenaNames, maxArenaPositions } from '../graph/lower-attention.ts';
import { lowerInference } from '../graph/lower-inference.ts';
import type { InferenceOptions } from '../graph/lower-inference.ts';
import { serializeOnnx } from '../graph/serialize-onnx.ts';
import { describeNetwork } from './describe-network.ts';
import { encodeWeight } from './encode-weight.ts';
import type { RowReader } from './encode-weight.ts';
import { GRAPH_VERSION } from './model-manifest.ts';
import type { ModelManifest } from './model-manifest.ts';

/** Names of the files in a model folder besides the manifest. */
export const MODEL_FILES = {
  graph: 'model.onnx',
  portableGraph: 'model.portable.onnx',
  data: 'model.onnx.data',
} as const;

/** What identifies the file a plan is made from. */
export interface PlanSource {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Everything about a model folder but the numbers in its data file. */
export interface ModelPlan {
  readonly manifest: ModelManifest;
  /** Bytes of `model.onnx`. */
  readonly graph: Uint8Array;
  /** Bytes of `model.portable.onnx`. */
  readonly portableGraph: Uint8Array;
  readonly layout: ExternalLayout;
}

/**
 * Plans the model folder of a GGUF file. Equal headers, sources and options give equal plans, byte for
 * byte.
 *
 * @throws SeclError `MODEL_UNSUPPORTED`, `MODEL_INVALID`, or `GRAPH_INVALID` if the precision cannot hold
 *   a weight.
 */
export function planModel(
  header: GgufHeader,
  source: PlanSource,
  options: Omit<InferenceOptions, 'loraDefaults'> = {},
): ModelPlan {
  const network = describeNetwork(header);
  const graph = lowerInference(network, options);
  const portable = lowerInference(network, { ...options, loraDefaults: true });
  // It has all that the plain graph has, and the zeros that LoRA inputs default to.
  const layout = layoutExternalData(portable);
  const { config } = network;
  const manifest: ModelManifest = {
    format: 'secl-stream.model',
    graphVersion: GRAPH_VERSION,
    source: {
      name: metadataText(header.metadata, 'general.name') ?? config.architecture,
      ...source,
    },
    precision: options.precision ?? 'int8',
    config,
    files: { ...MODEL_FILES, dataBytes: layout.totalBytes },
    arena: {
      maxPositions: maxArenaPositions(config),
      layers: network.layers.map((_, layer) => arenaNames(layer)),
    },
    lora: {
      scaleInput: 'lora_scale',
      sites: loraSites(network, options.lora).map((site) => ({ ...site, ...loraInputNames(site) })),
    },
  };
  const metadata = {
    'secl-stream.graph_version': String(GRAPH_VERSION),
    'secl-stream.source_sha256': source.sha256,
  };
  const dataFile = MODEL_FILES.data;
  return {
    manifest,
    graph: serializeOnnx(graph, { dataFile, layout, metadata }),
    portableGraph: serializeOnnx(portable, { dataFile, layout, metadata }),
    layout,
  };
}

/**
 * The bytes of a plan's data file from first to last, padding included, in stretches of some megabytes.
 * Each is used up before the next is asked for.
 */
export function* modelData(layout: ExternalLayout, read: RowReader): Generator<Uint8Array> {
  let position = 0;
  function* padTo(offset: number): Generator<Uint8Array> {
    if (offset > position) yield new Uint8Array(offset - position);
    position = offset;
  }
  for (const item of layout.items) {
    if (item.kind === 'constant') {
      yield* padTo(item.at.offset);
      const { buffer, byteOffset, byteLength } = item.values;
      yield new Uint8Array(buffer, byteOffset, byteLength);
      position += byteLength;
      continue;
    }
    yield* padTo(item.values.offset);
    const valuesEnd = item.values.offset + item.values.byteLength;
    for (const bytes of encodeWeight(item.recipe, read)) {
      if (position === valuesEnd && item.scales !== undefined) yield* padTo(item.scales.offset);
      yield bytes;
      position += bytes.byteLength;
    }
  }
}
