import type { GraphBuilder } from './graph-builder.ts';
import type { NamedValue } from './graph.ts';
import { vectorWeight } from './lower-linear.ts';
import { lowerNorm } from './lower-norm.ts';
import type { LoweringContext } from './lowering-context.ts';
import type { Linear, Projection } from './network.ts';
import { tensorType } from './tensor-type.ts';

/** What places a stretch of positions in its prompt; the positions are those that follow `past` earlier ones. */
export interface StretchInputs {
  /** `[S, headSize / 2]`: of each position's own angle. */
  readonly cos: NamedValue;
  readonly sin: NamedValue;
  /** `[S, P + S]`: 0 where a position sees another, −1e9 where not. */
  readonly attentionBias: NamedValue;
}

/** Rotated keys, and values, of one layer: `[1, G, positions, headSize]`. */
export interface LayerKeyValues {
  readonly key: NamedValue;
  readonly value: NamedValue;
}

/** LoRA weights of one projection in PEFT's own shapes. */
export interface PlainLoraInputs {
  /** `[R, in]`. */
  readonly a: NamedValue;
  /** `[out, R]`. */
  readonly b: NamedValue;
  /** `[1]`: `alpha / R`, or 0 for the base model. */
  readonly scaling: NamedValue;
}

/** Adds the rotations of a stretch as inputs. */
export function addRotationInputs({
  builder,
  network,
}: LoweringContext): Omit<StretchInputs, 'attentionBias'> {
  const type = tensorType('float32', ['tokens', network.config.headSize / 2]);
  return { cos: builder.input('cos', type), sin: builder.input('sin', type) };
}

/** How one layer is lowered by {@link lowerDecoderLayer}. */
export interface DecoderLayerOptions {
  /** From 0. */
  readonly layer: number;
  readonly stretch: StretchInputs;
  /** Of the earlier positions; absent: there are none. */
  readonly past?: LayerKeyValues;
  readonly lora?: (projection: Projection) => PlainLoraInputs | undefined;
  /** Chooses rows of `[1, S, width]` that the layer's output is wanted at, after keys and values are made. */
  readonly select?: (name: string, value: NamedValue) => NamedValue;
  /** The stretch's bias for the chosen rows, `[rows, P + S]`. */
  readonly selected?: StretchInputs;
}

/**
 * One decoder layer in operators that can be differentiated, each with a gradient rule: the root mean square
 * norm, rotation and attention written out. Computes what `lowerInference` does for one prompt in a row of its
 * own, in float32.
 *
 * Heads that share a key are an axis of their own, along which keys and values are repeated by broadcasting.
 *
 * @param hidden - `[1, S, D]`.
 * @returns The layer's output `[1, S, D]` (or at the chosen rows), and its keys and values of the stretch alone.
 */
export function lowerDecoderLayer(
  context: LoweringContext,
  hidden: NamedValue,
  options: DecoderLayerOptions,
): { readonly hidden: NamedValue; readonly present: LayerKeyValues } {
  const { builder, network } = context;
  const { layer, stretch, past, select } = options;
  const description = network.layers[layer] as (typeof network.layers)[number];
  const { heads, kvHeads, headSize } = network.config;
  const stem = `layers.${layer}`;
  const project = (projection: Projection, x: NamedValue): NamedValue =>
    lowerPlainLinear(
      context,
      `${stem}.${projection}`,
      x,
      description.projections[projection],
      options.lora?.(projection),
    );
  const normed = lowerNorm(context, `${stem}.attention_norm`, hidden, description.attentionNorm);
  const splitHeads = (name: string, x: NamedValue, axes: readonly number[]): NamedValue => {
    const shape = integers(builder, `heads.${axes.join('_')}`, [0, 0, ...axes, headSize]);
    const perm = axes.length === 1 ? [0, 2, 1, 3] : [0, 2, 3, 1, 4];
    const split = builder.node('Reshape', [x, shape], { name: `${name}.heads` });
    return builder.node('Transpose', [split], { name: `${name}.by_head`, attributes: { perm } });
  };
  const key = rotate(
    context,
    `${stem}.k.rotated`,
    splitHeads(`${stem}.k`, project('k', normed), [kvHeads]),
    stretch,
  );
  const value = splitHeads(`${stem}.v`, project('v', normed), [kvHeads]);

  const place = options.selected ?? stretch;
  const rows = (name: string, x: NamedValue): NamedValue => select?.(name, x) ?? x;
  const queried = project('q', rows(`${stem}.selected`, normed));
  const groups = [kvHeads, heads / kvHeads];
  const query = rotate(
    context,
    `${stem}.q.rotated`,
    splitHeads(`${stem}.q`, queried, groups),
    place,
  );

  const join = (name: string, before: NamedValue | undefined, now: NamedValue): NamedValue => {
    const all =
      before === undefined
        ? now
        : builder.node('Concat', [before, now], {
            name: `${stem}.${name}.all`,
            attributes: { axis: 2 },
          });
    // A new axis for the heads that share it; the sizes are those before it and after.
    const shape = integers(builder, 'grouped', [1, kvHeads, 1, -1, headSize]);
    return builder.node('Reshape', [all, shape], { name: `${stem}.${name}.grouped` });
  };
  const scores = builder.node('FusedMatMul', [query, join('k', past?.key, key)], {
    name: `${stem}.scores`,
    attributes: { transA: 0, transB: 1, alpha: 1 / Math.sqrt(headSize) },
  });
  const biased = builder.node('Add', [scores, place.attentionBias], {
    name: `${stem}.scores.biased`,
  });
  const weights = builder.node('Softmax', [biased], {
    name: `${stem}.attention_weights`,
    attributes: { axis: -1 },
  });
  const mixed = builder.node('MatMul', [weights, join('v', past?.value, value)], {
    name: `${stem}.mixed`,
  });
  const byPosition = builder.node('Transpose', [mixed], {
    name: `${stem}.mixed.by_position`,
    attributes: { perm: [0, 3, 1, 2, 4] },
  });
  const width = integers(builder, 'heads.joined', [0, 0, heads * headSize]);
  const attended = builder.node('Reshape', [byPosition, width], { name: `${stem}.attended` });
  const afterAttention = builder.node(
    'Add',
    [rows(`${stem}.residual`, hidden), project('o', attended)],
    { name: `${stem}.attention_sum` },
  );

  const mlpInput = lowerNorm(context, `${stem}.mlp_norm`, afterAttention, description.mlpNorm);
  const gate = project('gate', mlpInput);
  const sigmoid = builder.node('Sigmoid', [gate], { name: `${stem}.sigmoid` });
  const silu = builder.node('Mul', [gate, sigmoid], { name: `${stem}.silu` });
  const gated = builder.node('Mul', [silu, project('up', mlpInput)], { name: `${stem}.gated` });
  const output = builder.node('Add', [afterAttention, project('down', gated)], {
    name: `${stem}.output`,
  });
  return { hidden: output, present: { key, value } };
}

/** `x · Wᵀ + bias + scaling · (x · Aᵀ) · Bᵀ`, all in float32. */
function lowerPlainLinear(
  context: LoweringContext,
  name: string,
  x: NamedValue,
  linear: Linear,
  lora: PlainLoraInputs | undefined,
): NamedValue {
  const { builder } = context;
  const { tensor, rows, columns } = linear.weight;
  const recipe = { sources: [linear.weight], encoding: 'float32' } as const;
  const weight = builder.weight(tensor, recipe, 'values', [rows, columns]);
  const attributes = { transA: 0, transB: 1 };
  let sum = builder.node('FusedMatMul', [x, weight], { name: `${name}.product`, attributes });
  if (linear.bias !== undefined) {
    sum = builder.node('Add', [sum, vectorWeight(context, linear.bias)], { name: `${name}.base` });
  }
  if (lora === undefined) return sum;
  const narrow = builder.node('FusedMatMul', [x, lora.a], { name: `${name}.lora.a`, attributes });
  const scaled = builder.node('Mul', [narrow, lora.scaling], { name: `${name}.lora.scaled` });
  const wide = builder.node('FusedMatMul', [scaled, lora.b], {
    name: `${name}.lora.b`,
    attributes,
  });
  return builder.node('Add', [sum, wide], { name: `${name}.adapted` });
}

/** Pairs `(j, j + headSize / 2)` of each head turned by the position's angle. */
function rotate(
  { builder, network }: LoweringContext,
  name: string,
  x: NamedValue,
  { cos, sin }: StretchInputs,
): NamedValue {
  const half = network.config.headSize / 2;
  const sizes = integers(builder, 'halves', [half, half]);
  const [first, second] = builder.nodes('Split', [x, sizes], {
    name: `${name}.halves`,
    outputs: [`${name}.first`, `${name}.second`],
    attributes: { axis: -1 },
  }) as [NamedValue, NamedValue];
  const times = (side: string, value: NamedValue, factor: NamedValue): NamedValue =>
    builder.node('Mul', [value, factor], { name: `${name}.${side}` });
  const left = builder.node(
    'Sub',
    [times('first.cos', first, cos), times('second.sin', second, sin)],
    { name: `${name}.left` },
  );
  const right = builder.node(
    'Add',
    [times('second.cos', second, cos), times('first.sin', first, sin)],
    { name: `${name}.right` },
  );
  return builder.node('Concat', [left, right], { name, attributes: { axis: -1 } });
}

function integers(builder: GraphBuilder, name: string, values: readonly number[]): NamedValue {
  return builder.constant(name, BigInt64Array.from(values, BigInt), [values.length]);
}
