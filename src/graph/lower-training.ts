import { differentiate } from './gradient/differentiate.ts';
import { GraphBuilder } from './graph-builder.ts';
import type { Graph, NamedValue } from './graph.ts';
import { loraInputNames, loraSites } from './lora-sites.ts';
import type { LoraSiteSpec, LoraTargets } from './lora-sites.ts';
import { addRotationInputs, lowerDecoderLayer } from './lower-decoder.ts';
import type { LayerKeyValues, PlainLoraInputs, StretchInputs } from './lower-decoder.ts';
import { lowerNorm } from './lower-norm.ts';
import type { LoweringContext } from './lowering-context.ts';
import type { Network, Projection } from './network.ts';
import { tensorType } from './tensor-type.ts';
import { verifyGraph } from './verify-graph.ts';

/** Digits a confidence is said with. */
export const CONFIDENCE_DIGITS = 10;

/** Names of a trained layer's keys and values: frozen ones that enter, and those of the stretch that leave. */
export function stretchNames(layer: number): {
  readonly pastKey: string;
  readonly pastValue: string;
  readonly key: string;
  readonly value: string;
} {
  return {
    pastKey: `past.${layer}.key`,
    pastValue: `past.${layer}.value`,
    key: `stretch.${layer}.key`,
    value: `stretch.${layer}.value`,
  };
}

/** Names of a site's gradients, in the shapes of its inputs. */
export function loraGradientNames(site: { layer: number; projection: Projection }): {
  readonly a: string;
  readonly b: string;
} {
  const { a, b } = loraInputNames(site);
  return { a: `${a}.gradient`, b: `${b}.gradient` };
}

function newContext(network: Network, name: string): LoweringContext {
  const builder = new GraphBuilder(`${network.config.architecture}.${name}`);
  return { builder, network, encoding: 'float32', tableEncoding: 'float32' };
}

/**
 * The layers below the trained ones, for all positions of one prompt: `embedded` `[1, T, D]` to `hidden`
 * `[1, T, D]`, with `cos`, `sin` `[T, d/2]` and `attention_bias` `[T, T]`.
 *
 * @param layers - How many, at least 1.
 */
export function lowerBelow(network: Network, layers: number): Graph {
  const context = newContext(network, 'below');
  const { builder } = context;
  const { hiddenSize } = network.config;
  let hidden = builder.input('embedded', tensorType('float32', [1, 'tokens', hiddenSize]));
  const stretch = {
    ...addRotationInputs(context),
    attentionBias: builder.input('attention_bias', tensorType('float32', ['tokens', 'tokens'])),
  };
  for (let layer = 0; layer < layers; layer += 1) {
    ({ hidden } = lowerDecoderLayer(context, hidden, { layer, stretch }));
  }
  return finish(builder, [builder.node('Mul', [hidden, one(builder)], { name: 'hidden' })]);
}

/**
 * The last layers over the last S positions of one prompt, the P before them frozen keys and values, LoRA in the
 * shapes that PEFT has, and the confidence read off ten digits at the last position.
 *
 * Inputs: `entering` `[1, S, D]`; `past.N.key|value` `[1, G, P, d]`; `cos`, `sin` `[S, d/2]`; `attention_bias`
 * `[S, P + S]` (with more than one layer); `last` int64 `[1]`, S − 1; `last_cos`, `last_sin`, `last_bias`: the last row of each; `scaling`
 * `[1]`; `digit_rows` `[10, D]`: the head's rows of the ten digits; `lora.N.PROJECTION.a|b`.
 * Output `log_probabilities` `[1, 10]`, renormalised over the digits. Without `gradients`, also
 * `stretch.N.key|value` `[1, G, S, d]`, so that with `scaling` 0 the same graph makes the frozen ones.
 *
 * With `gradients`: inputs `bin_weights`, `bin_values` `[1, 10]`, `target` and `squared_weight` `[1]`; outputs
 * `loss` `[1, 1]`: `−Σ bin_weights · ln p + squared_weight · (Σ bin_values · p − target)²`, and
 * `lora.N.PROJECTION.a|b.gradient`.
 */
export function lowerTrained(
  network: Network,
  targets: Required<LoraTargets>,
  gradients: boolean,
): Graph {
  const context = newContext(network, gradients ? 'trained' : 'measured');
  const { builder } = context;
  const { config } = network;
  const first = config.layers - targets.lastLayers;
  let hidden = builder.input('entering', tensorType('float32', [1, 'tokens', config.hiddenSize]));
  const rotations = addRotationInputs(context);
  const last = builder.input('last', tensorType('int64', [1]));
  const half = config.headSize / 2;
  const selected: StretchInputs = {
    cos: builder.input('last_cos', tensorType('float32', [1, half])),
    sin: builder.input('last_sin', tensorType('float32', [1, half])),
    attentionBias: builder.input('last_bias', tensorType('float32', [1, 'past+tokens'])),
  };
  const biasType = tensorType('float32', ['tokens', 'past+tokens']);
  // A single layer attends from the last position alone.
  const attentionBias =
    targets.lastLayers === 1 ? selected.attentionBias : builder.input('attention_bias', biasType);
  const stretch: StretchInputs = { ...rotations, attentionBias };
  const sites = loraSites(network, targets);
  const lora = addLora(builder, sites);
  const pastType = tensorType('float32', [1, config.kvHeads, 'past', config.headSize]);
  const presents: NamedValue[] = [];
  for (let layer = first; layer < config.layers; layer += 1) {
    const names = stretchNames(layer);
    const past: LayerKeyValues = {
      key: builder.input(names.pastKey, pastType),
      value: builder.input(names.pastValue, pastType),
    };
    const isLast = layer === config.layers - 1;
    const lowered = lowerDecoderLayer(context, hidden, {
      layer,
      stretch,
      past,
      lora: (projection) => lora.get(`${layer}.${projection}`),
      ...(isLast && { select: rowSelector(context, last), selected }),
    });
    hidden = lowered.hidden;
    if (!gradients) {
      const { key, value } = lowered.present;
      presents.push(
        builder.node('Mul', [key, one(builder)], { name: names.key }),
        builder.node('Mul', [value, one(builder)], { name: names.value }),
      );
    }
  }
  const logProbabilities = lowerDigits(context, hidden);
  if (!gradients) return finish(builder, [logProbabilities, ...presents]);

  const loss = lowerLoss(builder, logProbabilities);
  const parameters = [...lora.values()].flatMap(({ a, b }) => [a, b]);
  const gradientOf = differentiate(builder, loss, parameters);
  const outputs = parameters.map(({ name }) => {
    const gradient = gradientOf.get(name) as NamedValue;
    return builder.node('Mul', [gradient, one(builder)], { name: `${name}.gradient` });
  });
  return finish(builder, [loss, logProbabilities, ...outputs]);
}

/** Log probabilities `[1, 10]` of the digits at the selected position `[1, 1, D]`. */
function lowerDigits(context: LoweringContext, hidden: NamedValue): NamedValue {
  const { builder, network } = context;
  const normed = lowerNorm(context, 'final_norm', hidden, network.finalNorm);
  const row = constant(builder, 'row', [1, network.config.hiddenSize]);
  const state = builder.node('Reshape', [normed, row], { name: 'state' });
  const rowsType = tensorType('float32', [CONFIDENCE_DIGITS, network.config.hiddenSize]);
  const logits = builder.node('FusedMatMul', [state, builder.input('digit_rows', rowsType)], {
    name: 'digit_logits',
    attributes: { transA: 0, transB: 1 },
  });
  return builder.node('LogSoftmax', [logits], {
    name: 'log_probabilities',
    attributes: { axis: -1 },
  });
}

/** The loss as {@link lowerTrained} states it; one of its two terms has weights of 0. */
function lowerLoss(builder: GraphBuilder, logProbabilities: NamedValue): NamedValue {
  const bins = tensorType('float32', [1, CONFIDENCE_DIGITS]);
  const number = tensorType('float32', [1]);
  const axes = constant(builder, 'last_axis', [-1]);
  const dot = (name: string, left: NamedValue, right: NamedValue): NamedValue => {
    const terms = builder.node('Mul', [left, right], { name: `${name}.terms` });
    const attributes = { keepdims: 1 };
    return builder.node('ReduceSum', [terms, axes], { name, attributes });
  };
  const logLikelihood = dot('log_likelihood', logProbabilities, builder.input('bin_weights', bins));
  const crossEntropy = builder.node('Neg', [logLikelihood], { name: 'cross_entropy' });
  const probabilities = builder.node('Exp', [logProbabilities], { name: 'probabilities' });
  const confidence = dot('confidence', probabilities, builder.input('bin_values', bins));
  const gap = builder.node('Sub', [confidence, builder.input('target', number)], { name: 'gap' });
  const square = builder.node('Mul', [gap, gap], { name: 'gap.square' });
  const squared = builder.node('Mul', [square, builder.input('squared_weight', number)], {
    name: 'squared',
  });
  return builder.node('Add', [crossEntropy, squared], { name: 'loss' });
}

function addLora(
  builder: GraphBuilder,
  sites: readonly LoraSiteSpec[],
): ReadonlyMap<string, PlainLoraInputs> {
  const scaling = builder.input('scaling', tensorType('float32', [1]));
  return new Map(
    sites.map((site) => {
      const names = loraInputNames(site);
      const a = builder.input(names.a, tensorType('float32', ['rank', site.inputSize]));
      const b = builder.input(names.b, tensorType('float32', [site.outputSize, 'rank']));
      return [`${site.layer}.${site.projection}`, { a, b, scaling }];
    }),
  );
}

/** Rows of `[1, S, width]` as `[1, 1, width]`; by way of a matrix, whose rows have a gradient rule. */
function rowSelector(
  { builder }: LoweringContext,
  last: NamedValue,
): (name: string, value: NamedValue) => NamedValue {
  return (name, value) => {
    const width = Number(value.type.shape.at(-1));
    const matrix = builder.node(
      'Reshape',
      [value, constant(builder, `rows.${width}`, [-1, width])],
      {
        name: `${name}.rows`,
      },
    );
    const row = builder.node('Gather', [matrix, last], {
      name: `${name}.row`,
      attributes: { axis: 0 },
    });
    return builder.node('Reshape', [row, constant(builder, `one_row.${width}`, [1, 1, width])], {
      name,
    });
  };
}

/** Gives outputs names of their own: onnxruntime folds the product with 1 away. */
function one(builder: GraphBuilder): NamedValue {
  return builder.constant('one', Float32Array.of(1), [1]);
}

function constant(builder: GraphBuilder, name: string, values: readonly number[]): NamedValue {
  return builder.constant(name, BigInt64Array.from(values, BigInt), [values.length]);
}

function finish(builder: GraphBuilder, outputs: readonly NamedValue[]): Graph {
  for (const output of outputs) builder.output(output);
  const graph = builder.build();
  verifyGraph(graph);
  return graph;
}
