import { InferenceSession, Tensor } from 'onnxruntime-node';
import { fillAttentionBias } from '../../decoding/attention-bias.ts';
import type {
  DistributionRow,
  ForwardBatch,
  ForwardPass,
  UpcomingPositions,
} from '../../decoding/forward-pass.ts';
import type { ModelManifest } from '../../model/model-manifest.ts';
import type { LoraAdapter } from '../../ports/language-model.ts';
import { arenaExcerpt, type ArenaExcerpt } from './arena-excerpt.ts';
import { CacheArrays, type CacheShape, type CacheSlots } from './cache-arrays.ts';
import { growingBuffer } from './growing-buffer.ts';
import { idleLoraTensors, loraTensors } from './lora-tensors.ts';
import { modelFailed } from './model-failed.ts';
import { runLength } from './run-length.ts';
import { SideCache } from './side-cache.ts';
import { TextLanes } from './text-lanes.ts';

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
 * values in place. All new positions are one row; a bias hides from each what is not its ancestor. Attention is
 * computed over what is hidden, too, so that runs are cut by text ({@link runLength}), see no more of the arena than
 * they need ({@link arenaExcerpt}), and lie side by side where each position goes on with a text of its own
 * ({@link TextLanes}).
 */
export class OnnxForwardPass implements ForwardPass<CacheSlots> {
  readonly rowLimit = 32;
  readonly #session: InferenceSession;
  readonly #network: OnnxNetwork;
  readonly #cache: CacheArrays;
  readonly #side: SideCache;
  readonly #lanes: TextLanes;
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
  #cacheTensors: { readonly slots: number; readonly tensors: readonly Tensor[] } | undefined;
  #bound: readonly Tensor[] | undefined;

  private constructor(session: InferenceSession, network: OnnxNetwork) {
    this.#session = session;
    this.#network = network;
    this.#idleLora = idleLoraTensors(network.lora.sites);
    const capacity = network.cache.capacity + FRONT;
    const shape = { ...network.cache, capacity };
    this.#cache = new CacheArrays(shape);
    this.#side = new SideCache(shape, FRONT);
    this.#lanes = new TextLanes(this.#side);
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

  runLength(upcoming: UpcomingPositions): number {
    const side = this.#lanes.leading(upcoming);
    // One text alone does not keep others waiting.
    return side > 1 ? side : runLength(upcoming);
  }

  textLimit(length: number): number {
    return Math.max(1, this.#lanes.textLimit(length));
  }

  async run(batch: ForwardBatch): Promise<readonly DistributionRow[]> {
    const { start, tokens, wanted } = batch;
    this.#lanes.forget(start);
    this.#cache.grow(FRONT + start + tokens.length);
    const laid =
      this.#lanes.leading(batch) === tokens.length ? this.#feedLanes(batch) : this.#feedRow(batch);
    const asked = wanted.length > 0 ? wanted : [tokens.length - 1];
    const fetched = this.#fetch(asked.map(laid.placeOf));
    Object.assign(this.#feeds, this.#idleLora, batch.adapted === undefined ? {} : this.#lora);
    try {
      await this.#session.run(this.#feeds, this.#fetches);
    } catch (error) {
      this.#lanes.forget(0);
      throw modelFailed('the network could not be run', error);
    }
    laid.giveBack();
    const { vocabularySize: V, hiddenSize: D } = this.#network;
    return batch.wanted.map((_, m) => ({
      logits: fetched.logits.subarray(m * V, (m + 1) * V),
      logNormalizer: fetched.normalizers[m] as number,
      entropyNats: fetched.entropies[m] as number,
      hidden: fetched.hidden.subarray(m * D, (m + 1) * D),
    }));
  }

  move(from: number, to: number, count: number): void {
    this.#lanes.forget(to);
    this.#cache.move(from + FRONT, to + FRONT, count);
  }

  save(count: number): CacheSlots {
    return this.#cache.save(FRONT, count);
  }

  load(saved: CacheSlots, from: number, count: number, to: number): void {
    this.#lanes.forget(0);
    this.#cache.grow(FRONT + to + count);
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

  /** All new positions as one row over the arena, or over an excerpt of it where that is less than half. */
  #feedRow(batch: ForwardBatch): Laid {
    const { start, tokens, positions, parents, adapted } = batch;
    const T = tokens.length;
    const excerpt = arenaExcerpt(batch);
    const length = this.#side.roomOf(FRONT + excerpt.start + T);
    const pays = 2 * (excerpt.start + T) <= start + T && length <= this.#side.room;
    if (pays) this.#bindExcerpt(excerpt, length);
    else this.#bindCache();
    const first = pays ? excerpt.start : start;
    const S = FRONT + first + T;
    const bias = this.#bias(T * S);
    fillAttentionBias(bias, pays ? excerpt.parents : parents, first, T, FRONT);
    this.#feed(tokens, positions, adapted, [1, T]);
    this.#feeds['attention_bias'] = new Tensor('float32', bias, [1, 1, T, S]);
    this.#feeds['seqlens_k'] = new Tensor('int32', Int32Array.of(S - 1), [1]);
    this.#feeds['total_sequence_length'] = new Tensor('int32', Int32Array.of(S), []);
    const added = { slot: start, at: FRONT + first, count: T };
    return {
      placeOf: (t) => t,
      giveBack: () => {
        if (pays) this.#side.copyOut(0, added, this.#cache);
      },
    };
  }

  /** One new position a lane. */
  #feedLanes(batch: ForwardBatch): Laid {
    const { start, tokens, positions, adapted } = batch;
    const lanes = this.#lanes.place(batch, this.#cache);
    const { laneOf, order, lengths } = lanes;
    const B = order.length;
    const S = Math.max(...lengths) + 1;
    const inOrder = <T extends Int32Array | Uint8Array>(values: T): T =>
      values.map((_, lane) => values[order[lane] as number] as number) as T;
    this.#bind(this.#side.tensors);
    this.#feed(inOrder(tokens), inOrder(positions), adapted && inOrder(adapted), [B, 1]);
    this.#feeds['attention_bias'] = new Tensor('float32', this.#bias(S).fill(0), [1, 1, 1, S]);
    this.#feeds['seqlens_k'] = new Tensor('int32', lengths, [B]);
    this.#feeds['total_sequence_length'] = new Tensor('int32', Int32Array.of(S), []);
    return {
      placeOf: (t) => laneOf[t] as number,
      giveBack: () => {
        this.#lanes.giveBack(lanes, start, this.#cache);
      },
    };
  }

  /** @param shape - Texts and tokens of each. */
  #feed(
    tokens: Int32Array,
    positions: Int32Array,
    adapted: Uint8Array | undefined,
    shape: readonly [number, number],
  ): void {
    const T = tokens.length;
    const feeds = this.#feeds;
    feeds['input_ids'] = new Tensor('int64', widen(tokens, this.#ids(T)), shape);
    feeds['position_ids'] = new Tensor('int64', widen(positions, this.#positions(T)), shape);
    const { scaleInput, sites } = this.#network.lora;
    if (sites.length === 0) return;
    const scaling = this.#adapter?.scaling ?? 0;
    const scale = this.#scale(T);
    for (let t = 0; t < T; t++) scale[t] = adapted?.[t] === 1 ? scaling : 0;
    feeds[scaleInput] = new Tensor('float32', scale, [...shape, 1]);
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

  /** Copies an excerpt of the arena beside it, and makes that the graph's past and present. */
  #bindExcerpt({ pieces }: ArenaExcerpt, length: number): void {
    this.#lanes.forget(0);
    this.#side.lay(1, length);
    this.#side.copyIn(0, pieces, this.#cache, FRONT);
    this.#bind(this.#side.tensors);
  }

  /** Makes the arena the graph's past and present. */
  #bindCache(): void {
    const { heads, headSize } = this.#network.cache;
    const { arrays, slots } = this.#cache;
    if (this.#cacheTensors?.slots !== slots) {
      const dims = [1, heads, slots, headSize];
      const tensors = arrays.map((array) => new Tensor('float32', array, dims));
      this.#cacheTensors = { slots, tensors };
    }
    this.#bind(this.#cacheTensors.tensors);
  }

  /** Makes keys and values the graph's past and present. */
  #bind(tensors: readonly Tensor[]): void {
    if (tensors === this.#bound) return;
    this.#bound = tensors;
    this.#network.arena.forEach(({ pastKey, pastValue, presentKey, presentValue }, layer) => {
      const key = tensors[2 * layer] as Tensor;
      const value = tensors[2 * layer + 1] as Tensor;
      this.#feeds[pastKey] = this.#fetches[presentKey] = key;
      this.#feeds[pastValue] = this.#fetches[presentValue] = value;
    });
  }
}

/** How a batch lies in a run. */
interface Laid {
  /** Place among the run's tokens by new position. */
  readonly placeOf: (t: number) => number;
  /** Writes what the run has added back to the arena. */
  readonly giveBack: () => void;
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
