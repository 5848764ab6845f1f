import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StandInTokenizer } from '../../src/adapters/memory/stand-in-tokenizer.ts';
import { standInVocabulary } from '../../src/adapters/memory/stand-in-vocabulary.ts';
import { buildModel } from '../../src/app/build-model.ts';
import type { Precision } from '../../src/graph/lower-inference.ts';
import type { Tokenizer } from '../../src/ports/tokenizer.ts';
import { seededRandom } from '../../src/random/seeded-random.ts';
import { encodeTensor } from './encode-tensor.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { gguf, writeGguf, type TensorToWrite } from './write-gguf.ts';

const HIDDEN = 64;
const MLP = 96;
const HEADS = 4;
const KV_HEADS = 2;
const HEAD = 16;
const LAYERS = 3;
const CONTEXT = 512;

/** A folder with a built model, and its tokenizer. */
export interface BuiltModel {
  readonly folder: string;
  readonly tokenizer: Tokenizer;
}

/** Changes a weight matrix `[rows, columns]`, row-major, before it is written. */
export type WeightChange = (tensor: string, values: number[], columns: number) => void;

/**
 * Builds a tiny `llama` model of random weights (3 layers, 64 wide) in a temporary folder, with the
 * stand-in's vocabulary: everything a real model does to the runtime, in a second and without a download.
 */
export async function tinyModel(precision: Precision, change?: WeightChange): Promise<BuiltModel> {
  const vocabulary = standInVocabulary();
  const random = seededRandom(7);
  const tensor = (name: string, rows: number, columns: number, scale: number): TensorToWrite => {
    const values = Array.from({ length: rows * columns }, () => scale * random.normal());
    change?.(name, values, columns);
    return encodeTensor(name, [columns, rows], 'F32', values);
  };
  const norm = (name: string): TensorToWrite =>
    encodeTensor(name, [HIDDEN], 'F32', new Float32Array(HIDDEN).fill(1));
  // Weights of size 1.5 / √in let attention and MLP change a residual of size 1 by about as much again.
  const linear = (name: string, rows: number, columns: number): TensorToWrite =>
    tensor(name, rows, columns, 1.5 / Math.sqrt(columns));
  const layers = Array.from({ length: LAYERS }, (_, layer) => `blk.${layer}`).flatMap((block) => [
    norm(`${block}.attn_norm.weight`),
    linear(`${block}.attn_q.weight`, HEADS * HEAD, HIDDEN),
    linear(`${block}.attn_k.weight`, KV_HEADS * HEAD, HIDDEN),
    linear(`${block}.attn_v.weight`, KV_HEADS * HEAD, HIDDEN),
    linear(`${block}.attn_output.weight`, HIDDEN, HEADS * HEAD),
    norm(`${block}.ffn_norm.weight`),
    linear(`${block}.ffn_gate.weight`, MLP, HIDDEN),
    linear(`${block}.ffn_up.weight`, MLP, HIDDEN),
    linear(`${block}.ffn_down.weight`, HIDDEN, MLP),
  ]);
  const file = writeGguf({
    metadata: {
      'general.architecture': gguf.text('llama'),
      'general.name': gguf.text('tiny'),
      'llama.block_count': gguf.u32(LAYERS),
      'llama.context_length': gguf.u32(CONTEXT),
      'llama.embedding_length': gguf.u32(HIDDEN),
      'llama.feed_forward_length': gguf.u32(MLP),
      'llama.attention.head_count': gguf.u32(HEADS),
      'llama.attention.head_count_kv': gguf.u32(KV_HEADS),
      'llama.attention.layer_norm_rms_epsilon': gguf.f32(1e-5),
      'llama.vocab_size': gguf.u32(vocabulary.size),
    },
    tensors: [
      tensor('token_embd.weight', vocabulary.size, HIDDEN, 1),
      ...layers,
      norm('output_norm.weight'),
      // Logits of standard deviation 3: neither flat nor certain.
      tensor('output.weight', vocabulary.size, HIDDEN, 3 / Math.sqrt(HIDDEN)),
    ],
  });
  const folder = temporaryFolder();
  const path = join(folder, 'tiny.gguf');
  writeFileSync(path, file);
  const built = join(folder, precision);
  await buildModel(path, built, { precision });
  return { folder: built, tokenizer: new StandInTokenizer(vocabulary) };
}
