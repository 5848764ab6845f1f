import type { GgufValue } from '../../src/gguf/metadata.ts';
import { gguf, writeGguf } from './write-gguf.ts';
import type { TensorToWrite } from './write-gguf.ts';

/** Sizes that both tiny networks have; those of `test/golden/model/make-tiny-golden.py`. */
export const TINY = {
  vocabularySize: 96,
  hiddenSize: 64,
  feedForwardSize: 96,
  layers: 3,
  heads: 4,
  headSize: 16,
  contextLength: 64,
} as const;

/** Architecture of a tiny network. */
export type TinyArchitecture = 'llama' | 'qwen2';

/**
 * The golden script's random numbers: uniform in `[-scale, scale)`, 24 bits each, from Numerical Recipes'
 * linear congruential generator seeded with the FNV-1a hash of a name.
 */
export function namedNumbers(name: string, count: number, scale: number): Float32Array {
  let state = 2166136261;
  for (const byte of new TextEncoder().encode(name)) {
    state = Math.imul(state ^ byte, 16777619) >>> 0;
  }
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (((state >>> 8) / 2 ** 24) * 2 - 1) * scale;
  });
}

/** How a tiny network differs from the golden one. */
export interface TinyOptions {
  /** Metadata put in or (with `undefined`) left out. */
  readonly metadata?: Readonly<Record<string, GgufValue | undefined>>;
  /** Changes the list of tensors. */
  readonly tensors?: (tensors: readonly TensorToWrite[]) => readonly TensorToWrite[];
}

/** A GGUF file of a tiny network: F32, with `llama`'s rows of Q and K permuted as converters do it. */
export function tinyGguf(
  architecture: TinyArchitecture,
  options: TinyOptions = {},
): Uint8Array<ArrayBuffer> {
  const { hiddenSize: D, feedForwardSize: F, vocabularySize: V, heads, headSize } = TINY;
  const kvHeads = architecture === 'llama' ? 2 : 1;
  const key = (name: string): string => `${architecture}.${name}`;
  const metadata: Record<string, GgufValue | undefined> = {
    'general.architecture': gguf.text(architecture),
    'general.name': gguf.text(`Tiny ${architecture}`),
    [key('block_count')]: gguf.u32(TINY.layers),
    [key('context_length')]: gguf.u32(TINY.contextLength),
    [key('embedding_length')]: gguf.u32(D),
    [key('feed_forward_length')]: gguf.u32(F),
    [key('attention.head_count')]: gguf.u32(heads),
    [key('attention.head_count_kv')]: gguf.u32(kvHeads),
    [key('rope.freq_base')]: gguf.f32(architecture === 'llama' ? 100_000 : 1_000_000),
    [key('attention.layer_norm_rms_epsilon')]: gguf.f32(architecture === 'llama' ? 1e-5 : 1e-6),
    ...options.metadata,
  };

  const tensors: TensorToWrite[] = [];
  const add = (name: string, dims: readonly number[], values: Float32Array): void => {
    tensors.push({ name, dims, type: 'F32', bytes: new Uint8Array(values.buffer) });
  };
  const matrix = (
    name: string,
    source: string,
    rows: number,
    columns: number,
    permuteHeads = 0,
  ): void => {
    const values = namedNumbers(source, rows * columns, 0.25);
    add(
      name,
      [columns, rows],
      permuteHeads === 0 ? values : interleave(values, columns, permuteHeads),
    );
  };
  const norm = (name: string, source: string): void => {
    add(
      name,
      [D],
      namedNumbers(source, D, 0.25).map((x) => x + 1),
    );
  };
  matrix('token_embd.weight', 'model.embed_tokens.weight', V, D);
  for (let layer = 0; layer < TINY.layers; layer += 1) {
    const [to, from] = [`blk.${layer}`, `model.layers.${layer}`];
    const permute = (count: number): number => (architecture === 'llama' ? count : 0);
    norm(`${to}.attn_norm.weight`, `${from}.input_layernorm.weight`);
    norm(`${to}.ffn_norm.weight`, `${from}.post_attention_layernorm.weight`);
    const attention = `${from}.self_attn`;
    matrix(`${to}.attn_q.weight`, `${attention}.q_proj.weight`, D, D, permute(heads));
    matrix(
      `${to}.attn_k.weight`,
      `${attention}.k_proj.weight`,
      kvHeads * headSize,
      D,
      permute(kvHeads),
    );
    matrix(`${to}.attn_v.weight`, `${attention}.v_proj.weight`, kvHeads * headSize, D);
    matrix(`${to}.attn_output.weight`, `${attention}.o_proj.weight`, D, D);
    matrix(`${to}.ffn_gate.weight`, `${from}.mlp.gate_proj.weight`, F, D);
    matrix(`${to}.ffn_up.weight`, `${from}.mlp.up_proj.weight`, F, D);
    matrix(`${to}.ffn_down.weight`, `${from}.mlp.down_proj.weight`, D, F);
    if (architecture === 'qwen2') {
      for (const [short, rows] of [
        ['q', D],
        ['k', kvHeads * headSize],
        ['v', kvHeads * headSize],
      ] as const) {
        add(
          `${to}.attn_${short}.bias`,
          [rows],
          namedNumbers(`${attention}.${short}_proj.bias`, rows, 0.25),
        );
      }
    }
  }
  norm('output_norm.weight', 'model.norm.weight');
  if (architecture === 'qwen2') matrix('output.weight', 'lm_head.weight', V, D);
  return writeGguf({
    metadata: Object.fromEntries(
      Object.entries(metadata).filter(
        (entry): entry is [string, GgufValue] => entry[1] !== undefined,
      ),
    ),
    tensors: options.tensors?.(tensors) ?? tensors,
  });
}

/** llama.cpp's permutation, on purpose written another way than its inverse in `src/model`: row by row. */
function interleave(values: Float32Array, columns: number, heads: number): Float32Array {
  const stored: number[] = [];
  const headSize = values.length / columns / heads;
  for (let head = 0; head < heads; head += 1) {
    for (let pair = 0; pair < headSize / 2; pair += 1) {
      for (const half of [0, 1]) {
        const row = head * headSize + half * (headSize / 2) + pair;
        stored.push(...values.subarray(row * columns, (row + 1) * columns));
      }
    }
  }
  return Float32Array.from(stored);
}
