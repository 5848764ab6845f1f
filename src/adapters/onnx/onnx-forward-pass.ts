import { InferenceSession, Tensor } from 'onnxruntime-node';
import { fillAttentionBias } from '../../decoding/attention-bias.ts';
import type { DistributionRow, ForwardBatch, ForwardPass } from '../../decoding/forward-pass.ts';
import type { ModelManifest } from '../../model/model-manifest.ts';
import type { LoraAdapter } from '../../ports/language-model.ts';
import { CacheArrays, type CacheShape, type CacheSlots } from './cache-arrays.ts';
import { growingBuffer } from './growing-buffer.ts';
import { idleLoraTensors, loraTensors } from './lora-tensors.ts';
import { modelFailed } from './model-failed.ts';

/** Most positions of a run. Longer ones are no faster per position and hold more memory. */
const MOST_POSITIONS = 256;
/** Least, however full the cache is. */
const LEAST_POSITIONS = 32;
/** Most (new position, slot) pairs of a run: attention scores take 4 · heads bytes each. */
const MOST_PAIRS = 2 ** 21;

/**
 * Slots before the arena's first that nobody sees. Where a run fills the cache from its very start,
 * `GroupQueryAttention` takes it for one prompt and counts positions by itself; with one slot before, it
 * heeds `position_ids`.
 */
const FRONT = 1;

/** What an {@link OnnxForwardPass} runs. */
export interface OnnxNetwork {
  /** Path of `model.onnx`. */
  readonly modelPath: string;
  readonly cache: CacheShape;
  /** Names of the cache's inputs and outputs, by layer. */
  readonly arena: ModelManifest['arena']['layers'];
  readonly lora: ModelManifest['lora'];
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  /** Threads of the runtime. */
  readonly threads: number;
}

/**
 * A graph in onnxruntime over a cache that is both its past and its present: attention writes new keys and
 * values in place. All new positions are one row; a bias hides from each what is not its ancestor.
 */
export class OnnxForwardPass implements ForwardPass<CacheSlots> {
  readonly rowLimit = 32;
  readonly #session: InferenceSession;
  readonly #network: OnnxNetwork;
  readonly #cache: CacheArrays;
  readonly #feeds: Record<string, Tensor> = {};
  readonly #fetches: Record<string, Tensor> = {};
  readonly #ids = growingBuffer(BigInt64Array);
  readonly #positions = growingBuffer(BigInt64Array);
  readonly #bias = growingBuffer(Float32Array);
  readonly #scale = growingBuffer(Float32Array);
  readonly #logits = growingBuffer(Float32Array);
  readonly #normalizers = growingBuffer(Float32Array);
  readonly #entropies = growingBuffer(Float32Array);
  readonly #hidden = growingBuffer(Float32Array);
  readonly #idleLora: Readonly<Record<string, Tensor>>;
  #adapter: LoraAdapter | undefined;
  #lora: Record<string, Tensor> = {};

  private constructor(session: InferenceSession, network: OnnxNetwork) {
    this.#session = session;
    this.#network = network;
    this.#idleLora = idleLoraTensors(network.lora.sites);
    const capacity = network.cache.capacity + FRONT;
    this.#cache = new CacheArrays({ ...network.cache, capacity });
    this.#bindCache();
  }

  /** @throws SeclError `MODEL_FAILED` if the runtime refuses the graph. */
  static async open(network: OnnxNetwork): Promise<OnnxForwardPass> {
    try {
      const session = await InferenceSession.create(network.modelPath, {
        intraOpNumThreads: network.threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: 'all',
        // Shapes differ from run to run; planning memory for each of them would only pile up plans.
        enableMemPattern: false,
        logSeverityLevel: 3,
        // Threads that wait actively take the cores from the main thread and from a trainer: with other
        // work on two cores, decoding took 1.5 times the processor time and 2 to 3 times as long.
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      });
      return new OnnxForwardPass(session, network);
    } catch (error) {
      throw modelFailed('the model could not be loaded', error);
    }
  }

  runLimit(start: number): number {
    const most = Math.floor((Math.sqrt(start * start + 4 * MOST_PAIRS) - start) / 2);
    return Math.max(LEAST_POSITIONS, Math.min(MOST_POSITIONS, most));
  }

  async run(batch: ForwardBatch): Promise<readonly DistributionRow[]> {
    this.#feed(batch);
    const wanted = batch.wanted.length > 0 ? batch.wanted : [batch.tokens.length - 1];
    const fetched = this.#fetch(wanted);
    Object.assign(this.#feeds, this.#idleLora, batch.adapted === undefined ? {} : this.#lora);
    try {
      await this.#session.run(this.#feeds, this.#fetches);
    } catch (error) {
      throw modelFailed('the network could not be run', error);
    }
    const { vocabularySize: V, hiddenSize: D } = this.#network;
    return batch.wanted.map((_, m) => ({
      logits: fetched.logits.subarray(m * V, (m + 1) * V),
      logNormalizer: fetched.normalizers[m] as number,
      entropyNats: fetched.entropies[m] as number,
      hidden: fetched.hidden.subarray(m * D, (m + 1) * D),
    }));
  }

  move(from: number, to: number, count: number): void {
    this.#cache.move(from + FRONT, to + FRONT, count);
  }

  save(count: number): CacheSlots {
    return this.#cache.save(FRONT, count);
  }

  load(saved: CacheSlots, from: number, count: number, to: number): void {
    if (this.#cache.grow(FRONT + to + count)) this.#bindCache();
    this.#cache.load(saved, from, count, to + FRONT);
  }

  useAdapter(adapter: LoraAdapter | undefined): void {
    if (adapter === this.#adapter) return;
    this.#adapter = adapter;
    this.#lora = adapter === undefined ? {} : loraTensors(adapter, this.#network.lora.sites);
  }

  /** Frees the session. */
  async close(): Promise<void> {
    await this.#session.release();
  }

  #feed({ start, tokens, positions, parents, adapted }: ForwardBatch): void {
    const T = tokens.length;
    const S = FRONT + start + T;
    if (this.#cache.grow(S)) this.#bindCache();
    const bias = this.#bias(T * S);
    fillAttentionBias(bias, parents, start, T, FRONT);
    const feeds = this.#feeds;
    feeds['input_ids'] = new Tensor('int64', widen(tokens, this.#ids(T)), [1, T]);
    feeds['position_ids'] = new Tensor('int64', widen(positions, this.#positions(T)), [1, T]);
    feeds['attention_bias'] = new Tensor('float32', bias, [1, 1, T, S]);
    feeds['seqlens_k'] = new Tensor('int32', Int32Array.of(S - 1), [1]);
    feeds['total_sequence_length'] = new Tensor('int32', Int32Array.of(S), []);
    const { scaleInput, sites } = this.#network.lora;
    if (sites.length === 0) return;
    const scaling = this.#adapter?.scaling ?? 0;
    const scale = this.#scale(T);
    for (let t = 0; t < T; t++) scale[t] = adapted?.[t] === 1 ? scaling : 0;
    feeds[scaleInput] = new Tensor('float32', scale, [1, T, 1]);
  }

  #fetch(wanted: readonly number[]): Fetched {
    const M = wanted.length;
    const { vocabularySize: V, hiddenSize: D } = this.#network;
    this.#feeds['logits_index'] = new Tensor('int64', BigInt64Array.from(wanted, BigInt), [M]);
    const fetched = {
      logits: this.#logits(M * V),
      normalizers: this.#normalizers(M),
      entropies: this.#entropies(M),
      hidden: this.#hidden(M * D),
    };
    this.#fetches['logits'] = new Tensor('float32', fetched.logits, [M, V]);
    this.#fetches['log_normalizer'] = new Tensor('float32', fetched.normalizers, [M, 1]);
    this.#fetches['entropy'] = new Tensor('float32', fetched.entropies, [M, 1]);
    this.#fetches['hidden'] = new Tensor('float32', fetched.hidden, [M, D]);
    return fetched;
  }

  /** Makes the cache's arrays the graph's past and present. */
  #bindCache(): void {
    const { heads, headSize } = this.#network.cache;
    const { arrays, slots } = this.#cache;
    const tensor = (array: Float32Array): Tensor =>
      new Tensor('float32', array, [1, heads, slots, headSize]);
    this.#network.arena.forEach(({ pastKey, pastValue, presentKey, presentValue }, layer) => {
      const key = tensor(arrays[2 * layer] as Float32Array);
      const value = tensor(arrays[2 * layer + 1] as Float32Array);
      this.#feeds[pastKey] = this.#fetches[presentKey] = key;
      this.#feeds[pastValue] = this.#fetches[presentValue] = value;
    });
  }
}

interface Fetched {
  readonly logits: Float32Array;
  readonly normalizers: Float32Array;
  readonly entropies: Float32Array;
  readonly hidden: Float32Array;
}

/** 32-bit numbers from 0 up as 64-bit ones. Two halves, low first: every platform of the runtime is so. */
function widen(from: Int32Array, to: BigInt64Array): BigInt64Array {
  const halves = new Int32Array(to.buffer, to.byteOffset, 2 * from.length);
  halves.fill(0);
  for (let i = 0; i < from.length; i++) halves[2 * i] = from[i] as number;
  return to;
}
