import type { GraphBuilder } from './graph-builder.ts';
import type { NamedValue } from './graph.ts';
import type { LoweringContext } from './lowering-context.ts';
import type { NetworkConfig } from './network.ts';
import { rotaryTables } from './rotary-tables.ts';
import { tensorType } from './tensor-type.ts';

/** The graph's inputs that place a row in the arena, or texts side by side, each in a cache of its own. */
export interface ArenaInputs {
  /** `[B, T]`: position of each token in its own prompt. */
  readonly positionIds: NamedValue;
  /** `[1, 1, T, S]`, for every text alike: 0 where a token sees a position, −1e9 where not. */
  readonly attentionBias: NamedValue;
  /** `[B]`: positions in use of each text, those of this row included, less 1. */
  readonly seqlensK: NamedValue;
  /** S: the most positions in use of any text, those of this row included. */
  readonly totalSequenceLength: NamedValue;
  readonly cos: NamedValue;
  readonly sin: NamedValue;
}

/** Keys and values of a layer before a row, or after it. */
export interface KeyValues {
  /** `[B, G, C, headSize]`. */
  readonly key: NamedValue;
  readonly value: NamedValue;
}

/** Names of a layer's cache inputs and outputs. */
export function arenaNames(layer: number): {
  readonly pastKey: string;
  readonly pastValue: string;
  readonly presentKey: string;
  readonly presentValue: string;
} {
  return {
    pastKey: `past_key_values.${layer}.key`,
    pastValue: `past_key_values.${layer}.value`,
    presentKey: `present.${layer}.key`,
    presentValue: `present.${layer}.value`,
  };
}

/** Fewest rows of the rotary tables: many short prompts may be in flight on a model of a short context. */
const MIN_ARENA_POSITIONS = 32_768;

/**
 * Most positions the arena may hold: the operator wants as many rows of rotary tables as the arena has
 * positions, although rows beyond the context length are never looked up.
 */
export function maxArenaPositions(config: NetworkConfig): number {
  return Math.max(config.contextLength, MIN_ARENA_POSITIONS);
}

/** Adds the inputs and tables that all layers' attention shares. */
export function addArenaInputs(builder: GraphBuilder, config: NetworkConfig): ArenaInputs {
  const half = config.headSize / 2;
  const rows = maxArenaPositions(config);
  const tables = rotaryTables(rows, config.headSize, config.ropeTheta);
  return {
    positionIds: builder.input('position_ids', tensorType('int64', ['texts', 'tokens'])),
    attentionBias: builder.input(
      'attention_bias',
      tensorType('float32', [1, 1, 'tokens', 'total']),
    ),
    seqlensK: builder.input('seqlens_k', tensorType('int32', ['texts'])),
    totalSequenceLength: builder.input('total_sequence_length', tensorType('int32', [])),
    cos: builder.constant('rotary.cos', tables.cos, [rows, half]),
    sin: builder.constant('rotary.sin', tables.sin, [rows, half]),
  };
}

/** Adds the cache inputs of every layer. */
export function addPastInputs(builder: GraphBuilder, config: NetworkConfig): readonly KeyValues[] {
  const type = tensorType('float32', ['texts', config.kvHeads, 'capacity', config.headSize]);
  return Array.from({ length: config.layers }, (_, layer) => {
    const names = arenaNames(layer);
    return { key: builder.input(names.pastKey, type), value: builder.input(names.pastValue, type) };
  });
}

/**
 * Rotary attention of one layer, in two ways of feeding it. *One packed row in one arena*: all prompts in
 * flight are one row; keys and values of all of them lie in one preallocated buffer that is past and
 * present at once; the bias says which arena positions a token sees, and `position_ids` its place in its
 * own prompt. So branches over a shared prefix, and prompts that share nothing, run together without
 * padding. *One token each of several texts*: every text brings a cache of its own, and no token looks at
 * the other texts' keys, which in an arena cost as much as its own.
 *
 * This is the one place that knows how attention runs.
 */
export function lowerAttention(
  { builder, network }: LoweringContext,
  layer: number,
  query: NamedValue,
  key: NamedValue,
  value: NamedValue,
  past: KeyValues,
  arena: ArenaInputs,
): NamedValue {
  const { config } = network;
  const names = arenaNames(layer);
  const name = `layers.${layer}.attention`;
  const [output, presentKey, presentValue] = builder.nodes(
    'GroupQueryAttention',
    [
      query,
      key,
      value,
      past.key,
      past.value,
      arena.seqlensK,
      arena.totalSequenceLength,
      arena.cos,
      arena.sin,
      arena.positionIds,
      arena.attentionBias,
    ],
    {
      name,
      outputs: [name, names.presentKey, names.presentValue],
      attributes: {
        num_heads: config.heads,
        kv_num_heads: config.kvHeads,
        do_rotary: 1,
        rotary_interleaved: 0,
      },
    },
  );
  builder.output(presentKey as NamedValue);
  builder.output(presentValue as NamedValue);
  return output as NamedValue;
}
