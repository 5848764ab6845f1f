import { GraphBuilder } from './graph-builder.ts';
import type { Graph, NamedValue } from './graph.ts';
import { loraInputNames, loraSites } from './lora-sites.ts';
import type { LoraTargets } from './lora-sites.ts';
import { addArenaInputs, addPastInputs, lowerAttention } from './lower-attention.ts';
import { lowerEmbedding } from './lower-embedding.ts';
import { lowerHead } from './lower-head.ts';
import { lowerLinear } from './lower-linear.ts';
import { lowerAddNorm, lowerNorm } from './lower-norm.ts';
import type { LoraInputs, LoweringContext } from './lowering-context.ts';
import type { Network, Projection } from './network.ts';
import { tensorType } from './tensor-type.ts';
import { verifyGraph } from './verify-graph.ts';

/** Precision of an inference graph's weights. */
export type Precision = 'int8' | 'int4' | 'fp32';

/** What an inference graph is made for. */
export interface InferenceOptions {
  /**
   * `int8` and `int4` are blocks of 32 with a float scale; embedding and head stay at 8 bits under
   * `int4`, since every logit goes through them. @defaultValue `'int8'`
   */
  readonly precision?: Precision;
  /** Projections that take LoRA inputs. @defaultValue q, v and o of the last third of the layers */
  readonly lora?: LoraTargets;
  /**
   * Gives the LoRA inputs defaults of rank 1 that do nothing, so that tools which know nothing of them
   * can run the graph. onnxruntime's JavaScript binding then ignores what is fed to them, so a graph
   * that is to take adapters there goes without. @defaultValue `false`
   */
  readonly loraDefaults?: boolean;
}

/**
 * Lowers a network to a graph for inference: packed row over an arena (see {@link lowerAttention}),
 * fused norms, weights in blocks, LoRA as inputs scaled by position, and the head at the wanted
 * positions only.
 *
 * Inputs: `input_ids`, `position_ids` int64 `[B, T]`; `attention_bias` `[1, 1, T, S]`; `seqlens_k` int32
 * `[B]` and `total_sequence_length` int32 scalar; `past_key_values.N.key|value` `[B, G, C, d]`;
 * `logits_index` int64 `[M]`, into the B · T tokens; `lora_scale` `[B, T, 1]` and
 * `lora.N.PROJECTION.a|b` where there are sites. A packed row over the arena is one text (B = 1).
 * Outputs: `logits` `[M, V]`, `log_normalizer` and `entropy` `[M, 1]`, `hidden` `[M, D]`,
 * `present.N.key|value`. M may be 0: then only keys and values are computed (onnxruntime warns that the
 * shapes of `[0, 1]` outputs differ).
 *
 * @throws SeclError `GRAPH_INVALID` if the network's shapes do not fit each other.
 */
export function lowerInference(network: Network, options: InferenceOptions = {}): Graph {
  const precision = options.precision ?? 'int8';
  const builder = new GraphBuilder(`${network.config.architecture}.${precision}`);
  const context: LoweringContext = {
    builder,
    network,
    encoding: precision === 'fp32' ? 'float32' : precision,
    tableEncoding: precision === 'fp32' ? 'float32' : 'int8',
  };
  const { config } = network;
  const tokenIds = builder.input('input_ids', tensorType('int64', ['texts', 'tokens']));
  const arena = addArenaInputs(builder, config);
  const logitsIndex = builder.input('logits_index', tensorType('int64', ['outputs']));
  const pasts = addPastInputs(builder, config);
  const lora = addLoraInputs(context, options);

  const select = (name: string, value: NamedValue, width: number): NamedValue => {
    const shape = builder.constant(`${name}.shape`, BigInt64Array.of(1n, -1n, BigInt(width)), [3]);
    const row = builder.node('Reshape', [value, shape], { name: `${name}.row` });
    return builder.node('Gather', [row, logitsIndex], { name, attributes: { axis: 1 } });
  };

  let hidden = lowerEmbedding(context, tokenIds);
  let normed: NamedValue | undefined;
  let pending: NamedValue | undefined;
  network.layers.forEach((layer, index) => {
    const stem = `layers.${index}`;
    if (pending === undefined) {
      normed = lowerNorm(context, `${stem}.attention_norm`, hidden, layer.attentionNorm);
    } else {
      const added = lowerAddNorm(
        context,
        `${stem}.attention_norm`,
        pending,
        hidden,
        layer.attentionNorm,
      );
      normed = added.normed;
      hidden = added.sum;
    }
    let sites = lora.sites(index);
    const project = (projection: Projection, x: NamedValue): NamedValue =>
      lowerLinear(
        context,
        `${stem}.${projection}`,
        x,
        layer.projections[projection],
        sites(projection),
      );
    let attended = lowerAttention(
      context,
      index,
      project('q', normed),
      project('k', normed),
      project('v', normed),
      pasts[index] as (typeof pasts)[number],
      arena,
    );
    if (index === config.layers - 1) {
      // Only keys and values of the other positions are needed from the last layer: 4% of a prompt's work.
      attended = select('selected.attention', attended, config.heads * config.headSize);
      hidden = select('selected.residual', hidden, config.hiddenSize);
      sites = lora.sites(index, select);
    }
    const { normed: mlpInput, sum } = lowerAddNorm(
      context,
      `${stem}.mlp_norm`,
      project('o', attended),
      hidden,
      layer.mlpNorm,
    );
    hidden = sum;
    const gate = builder.node('QuickGelu', [project('gate', mlpInput)], {
      name: `${stem}.silu`,
      attributes: { alpha: 1 },
    });
    const gated = builder.node('Mul', [gate, project('up', mlpInput)], { name: `${stem}.gated` });
    pending = project('down', gated);
  });
  const final = lowerAddNorm(
    context,
    'final_norm',
    pending as NamedValue,
    hidden,
    network.finalNorm,
  );
  lowerHead(context, final.normed);
  const graph = builder.build();
  verifyGraph(graph);
  return graph;
}

/** The LoRA inputs of a layer's projections, with the scale of all positions or of the selected ones. */
interface LoraLookup {
  sites(
    layer: number,
    select?: (name: string, value: NamedValue, width: number) => NamedValue,
  ): (projection: Projection) => LoraInputs | undefined;
}

function addLoraInputs(
  { builder, network }: LoweringContext,
  options: InferenceOptions,
): LoraLookup {
  const specs = loraSites(network, options.lora);
  if (specs.length === 0) return { sites: () => () => undefined };
  const scale = builder.input('lora_scale', tensorType('float32', ['texts', 'tokens', 1]));
  const inputs = new Map<string, Omit<LoraInputs, 'scale'>>();
  for (const spec of specs) {
    const names = loraInputNames(spec);
    const a = builder.input(names.a, tensorType('float32', [spec.inputSize, 'rank']));
    const b = builder.input(names.b, tensorType('float32', ['rank', spec.outputSize]));
    if (options.loraDefaults === true) {
      builder.defaultOf(a, new Float32Array(spec.inputSize), [spec.inputSize, 1]);
      builder.defaultOf(b, new Float32Array(spec.outputSize), [1, spec.outputSize]);
    }
    inputs.set(`${spec.layer}.${spec.projection}`, { a, b });
  }
  return {
    sites: (layer, select) => {
      const after = (['o', 'gate', 'up', 'down'] as const).some((key) =>
        inputs.has(`${layer}.${key}`),
      );
      const chosen =
        select === undefined || !after ? scale : select('selected.lora_scale', scale, 1);
      return (projection) => {
        const pair = inputs.get(`${layer}.${projection}`);
        return pair === undefined ? undefined : { ...pair, scale: chosen };
      };
    },
  };
}
