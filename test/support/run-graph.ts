import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';

import { MANIFEST_FILE, parseModelManifest } from '../../src/model/model-manifest.ts';
import type { ModelManifest } from '../../src/model/model-manifest.ts';

/** One token of a packed row. */
export interface RowToken {
  readonly id: number;
  readonly position: number;
  /** Arena positions it sees; earlier tokens of the row come after those in use. */
  readonly sees: readonly number[];
  /** @defaultValue 0 */
  readonly loraScale?: number;
}

/** Outputs at one wanted position. */
export interface PositionOutputs {
  readonly logits: Float32Array;
  readonly logNormalizer: number;
  readonly entropyNats: number;
  readonly hidden: Float32Array;
}

/**
 * A built graph over an arena, fed as plainly as can be: what tests of the graph itself use. It stands
 * apart from `src/adapters/onnx`, so that a fault in feeding does not hide one in the graph.
 */
export class RunGraph {
  readonly manifest: ModelManifest;
  /** Arena positions in use. */
  used = 0;
  readonly #session: InferenceSession;
  readonly #arena: Record<string, Tensor> = {};
  #lora: Record<string, Tensor> = {};

  private constructor(manifest: ModelManifest, session: InferenceSession, capacity: number) {
    this.manifest = manifest;
    this.#session = session;
    const { kvHeads, headSize } = manifest.config;
    for (const { pastKey, pastValue } of manifest.arena.layers) {
      for (const name of [pastKey, pastValue]) {
        const data = new Float32Array(kvHeads * capacity * headSize);
        this.#arena[name] = new Tensor('float32', data, [1, kvHeads, capacity, headSize]);
      }
    }
    this.setLora(1, (_name, length) => new Float32Array(length));
  }

  /** Opens a model folder; `portable` its graph with LoRA defaults, which then is not fed LoRA. */
  static async open(folder: string, capacity = 64, portable = false): Promise<RunGraph> {
    const manifest = parseModelManifest(readFileSync(join(folder, MANIFEST_FILE), 'utf8'));
    const { graph, portableGraph } = manifest.files;
    const session = await InferenceSession.create(join(folder, portable ? portableGraph : graph), {
      intraOpNumThreads: 1,
      // The portable graph warns of every default.
      logSeverityLevel: 3,
    });
    return new RunGraph(manifest, session, capacity);
  }

  /** Fills all LoRA inputs from a function of their names. */
  setLora(rank: number, values: (name: string, length: number) => Float32Array): void {
    this.#lora = {};
    for (const { a, b, inputSize, outputSize } of this.manifest.lora.sites) {
      this.#lora[a] = new Tensor('float32', values(a, inputSize * rank), [inputSize, rank]);
      this.#lora[b] = new Tensor('float32', values(b, rank * outputSize), [rank, outputSize]);
    }
  }

  /** Runs a packed row; its keys and values follow those in use. */
  async run(row: readonly RowToken[], wanted: readonly number[]): Promise<PositionOutputs[]> {
    const tokens = row.length;
    const total = this.used + tokens;
    const bias = new Float32Array(tokens * total).fill(-1e9);
    row.forEach(({ sees }, token) => {
      for (const position of sees) bias[token * total + position] = 0;
    });
    const longs = (values: readonly number[], dims: readonly number[]): Tensor =>
      new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
    const feeds: Record<string, Tensor> = {
      input_ids: longs(
        row.map(({ id }) => id),
        [1, tokens],
      ),
      position_ids: longs(
        row.map(({ position }) => position),
        [1, tokens],
      ),
      attention_bias: new Tensor('float32', bias, [1, 1, tokens, total]),
      seqlens_k: new Tensor('int32', Int32Array.of(total - 1), [1]),
      total_sequence_length: new Tensor('int32', Int32Array.of(total), []),
      logits_index: longs(wanted, [wanted.length]),
      ...this.#arena,
    };
    if (this.#session.inputNames.includes(this.manifest.lora.scaleInput)) {
      const scales = Float32Array.from(row, ({ loraScale }) => loraScale ?? 0);
      feeds[this.manifest.lora.scaleInput] = new Tensor('float32', scales, [1, tokens, 1]);
    }
    for (const [name, tensor] of Object.entries(this.#lora)) {
      if (this.#session.inputNames.includes(name)) feeds[name] = tensor;
    }
    const fetches: Record<string, Tensor | null> = {
      logits: null,
      log_normalizer: null,
      entropy: null,
      hidden: null,
    };
    for (const names of this.manifest.arena.layers) {
      fetches[names.presentKey] = this.#arena[names.pastKey] ?? null;
      fetches[names.presentValue] = this.#arena[names.pastValue] ?? null;
    }
    const results = await this.#session.run(feeds, fetches);
    this.used = total;
    const floats = (name: string): Float32Array => results[name]?.data as Float32Array;
    const rowOf = (name: string, index: number): Float32Array => {
      const width = floats(name).length / wanted.length;
      return floats(name).slice(index * width, (index + 1) * width);
    };
    return wanted.map((_, index) => ({
      logits: rowOf('logits', index),
      logNormalizer: rowOf('log_normalizer', index)[0] ?? Number.NaN,
      entropyNats: rowOf('entropy', index)[0] ?? Number.NaN,
      hidden: rowOf('hidden', index),
    }));
  }

  /** Runs one prompt alone in an empty arena and returns the outputs at its last position. */
  async runAlone(
    ids: readonly number[],
    loraScales: readonly number[] = [],
  ): Promise<PositionOutputs> {
    this.used = 0;
    const row = ids.map((id, position) => ({
      id,
      position,
      sees: Array.from({ length: position + 1 }, (_, i) => i),
      loraScale: loraScales[position] ?? 0,
    }));
    const [outputs] = await this.run(row, [ids.length - 1]);
    if (outputs === undefined) throw new Error('no outputs');
    return outputs;
  }

  /** Frees the session. */
  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** Natural log probabilities from outputs. */
export function logProbabilities({ logits, logNormalizer }: PositionOutputs): Float64Array {
  return Float64Array.from(logits, (logit) => logit - logNormalizer);
}
